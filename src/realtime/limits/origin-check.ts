import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { ClientAddresses } from '../../rate-limit/index.js';

/**
 * Browsers let a page of any origin open a WebSocket, and leave it to the server to look at the `Origin`. Pages that
 * may use the API may listen, too: those of `CORS_ORIGINS`, and the server's own. What is no browser sends no `Origin`.
 */
@Injectable()
export class OriginCheck {
  constructor(
    private readonly config: AppConfig,
    private readonly addresses: ClientAddresses,
  ) {}

  allows(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    if (origin === undefined) return true;
    const { corsOrigins } = this.config;
    return corsOrigins.includes('*') || corsOrigins.includes(origin) || this.isOwn(origin, request);
  }

  /** By host and port: a proxy may speak TLS to the browser and plain HTTP to this process. */
  private isOwn(origin: string, request: IncomingMessage): boolean {
    if (!URL.canParse(origin)) return false;
    const { host, protocol } = new URL(origin);
    const asked = this.addresses.hostOf(request);
    if (host === '' || asked === undefined || !URL.canParse(`${protocol}//${asked}`)) return false;
    return new URL(`${protocol}//${asked}`).host === host;
  }
}
