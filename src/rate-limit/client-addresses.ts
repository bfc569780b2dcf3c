import { Injectable } from '@nestjs/common';
import proxyAddr from '@fastify/proxy-addr';
import type { IncomingMessage } from 'node:http';
import { AppConfig } from '../config/index.js';

/** Where requests come from, as limits count it, over HTTP and WebSocket alike. */
@Injectable()
export class ClientAddresses {
  private readonly trusts: ((address: string, hop: number) => boolean) | null;

  constructor({ trustProxy }: AppConfig) {
    this.trusts = trustProxy.length > 0 ? proxyAddr.compile(trustProxy) : null;
  }

  /**
   * The nearest address that isn't a trusted proxy's; what clients put into X-Forwarded-For themselves is beyond it.
   */
  of(request: IncomingMessage): string {
    const address = this.trusts ? proxyAddr(request, this.trusts) : request.socket.remoteAddress;
    return countedAddress(address ?? '');
  }

  /** The host, with its port, that the client asked for; a trusted proxy may say which. */
  hostOf(request: IncomingMessage): string | undefined {
    const forwarded = request.headers['x-forwarded-host'];
    const trusted = typeof forwarded === 'string' && this.trusts?.(request.socket.remoteAddress ?? '', 0) === true;
    return trusted ? forwarded.split(',', 1)[0]!.trim() : request.headers.host;
  }
}

const MAPPED = '::ffff:';
/** Some proxies add the port. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[(.+)\]):\d+$/;

/** An IPv4 address as it is, also when mapped into IPv6; of IPv6 the /64, which is what one household or host gets. */
export function countedAddress(address: string): string {
  if (!address.includes(':')) return address;
  const [, v4, v6] = WITH_PORT.exec(address) ?? [];
  if (v4 !== undefined) return v4;
  const full = (v6 ?? address).toLowerCase();
  if (full.startsWith(MAPPED) && full.includes('.')) return full.slice(MAPPED.length);
  const [head = '', tail] = full.split('::', 2);
  const front = groups(head);
  const back = groups(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const all = [...front, ...Array<string>(zeros).fill('0'), ...back];
  return `${all.slice(0, 4).join(':')}::/64`;
}

function groups(part: string): string[] {
  return part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
}
