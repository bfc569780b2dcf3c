import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { AppConfig } from '../../config/index.js';
import type { ExceptionMessage } from '../messages.js';

/** Sockets per address. One too many is refused at its handshake with a `connect_error` whose `data` says why. */
@Injectable()
export class ConnectionLimit {
  private readonly counts = new Map<string, number>();

  constructor(private readonly config: AppConfig) {}

  guard(namespace: Namespace): void {
    namespace.use((socket, next) => {
      const limit = this.config.maxConnectionsPerAddress;
      const { address } = socket.handshake;
      if (limit > 0 && (this.counts.get(address) ?? 0) >= limit) {
        next(refusal(limit));
        return;
      }
      this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
      // The connection may end before the namespace is joined, so its end is watched, not the socket's.
      socket.conn.once('close', () => this.release(socket));
      next();
    });
  }

  private release({ handshake: { address } }: Socket): void {
    const left = (this.counts.get(address) ?? 0) - 1;
    if (left > 0) this.counts.set(address, left);
    else this.counts.delete(address);
  }
}

function refusal(limit: number): Error {
  const message = `An address may have at most ${limit} connections`;
  const data: ExceptionMessage = { status: 'error', code: 'too_many_connections', message };
  return Object.assign(new Error(message), { data });
}
