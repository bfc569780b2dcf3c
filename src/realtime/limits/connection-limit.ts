import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { handshakeRefusal } from './handshake-refusal.js';

export const TOO_MANY_CONNECTIONS = 'too_many_connections';

/**
 * Connections per address, counted from their acceptance to their end, whatever they ask for and by whichever
 * transport.
 */
@Injectable()
export class ConnectionLimit {
  private readonly counts = new Map<string, number>();
  private all = 0;

  constructor(private readonly config: AppConfig) {}

  /** Connections of this instance. */
  get count(): number {
    return this.all;
  }

  /** Why the address may have no more; undefined: it may. */
  refusal(address: string): Error | undefined {
    const limit = this.config.maxConnectionsPerAddress;
    if (limit === 0 || (this.counts.get(address) ?? 0) < limit) return undefined;
    return handshakeRefusal(TOO_MANY_CONNECTIONS, `An address may have at most ${limit} connections`);
  }

  add(address: string): void {
    this.all += 1;
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
  }

  remove(address: string): void {
    this.all -= 1;
    const left = (this.counts.get(address) ?? 0) - 1;
    if (left > 0) this.counts.set(address, left);
    else this.counts.delete(address);
  }
}
