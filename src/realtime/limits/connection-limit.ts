import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { AppConfig } from '../../config/index.js';
import { ClientAddresses } from '../../rate-limit/index.js';
import { handshakeRefusal } from './handshake-refusal.js';

export const TOO_MANY_CONNECTIONS = 'too_many_connections';

/** Sockets per address. One too many is refused at its handshake with a `connect_error` whose `data` says why. */
@Injectable()
export class ConnectionLimit {
  private readonly counts = new Map<string, number>();
  /** A connection may join, leave and join the namespace again. */
  private readonly counted = new WeakSet<Socket['conn']>();

  constructor(
    private readonly config: AppConfig,
    private readonly addresses: ClientAddresses,
  ) {}

  guard(namespace: Namespace): void {
    namespace.use((socket, next) => next(this.admit(socket)));
  }

  private admit({ conn, request }: Socket): Error | undefined {
    const limit = this.config.maxConnectionsPerAddress;
    // One that has ended already, as a client can bring about in the packet that asks for the namespace, would never
    // be taken off; Socket.IO drops it after this.
    if (conn.readyState !== 'open' || this.counted.has(conn)) return undefined;
    const address = this.addresses.of(request);
    const count = this.counts.get(address) ?? 0;
    if (limit > 0 && count >= limit) {
      return handshakeRefusal(TOO_MANY_CONNECTIONS, `An address may have at most ${limit} connections`);
    }
    this.counts.set(address, count + 1);
    this.counted.add(conn);
    // The connection may end before the namespace is joined, so its end is watched, not the socket's.
    conn.once('close', () => this.release(address));
    return undefined;
  }

  private release(address: string): void {
    const left = (this.counts.get(address) ?? 0) - 1;
    if (left > 0) this.counts.set(address, left);
    else this.counts.delete(address);
  }
}
