import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** What a server that listens on all addresses is reached at from its own machine. */
const ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where this instance answers, as any client would ask it. */
@Injectable()
export class OwnAddress {
  constructor(private readonly host: HttpAdapterHost) {}

  /** Undefined until it listens. */
  get url(): string | undefined {
    const address = (this.host.httpAdapter.getHttpServer() as Server).address();
    if (address === null || typeof address === 'string') return undefined;
    const host = ANY[address.address] ?? address.address;
    return `http://${isIPv6(host) ? `[${host}]` : host}:${address.port}`;
  }
}
