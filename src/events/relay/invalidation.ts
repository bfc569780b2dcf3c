import { Injectable } from '@nestjs/common';
import type { NewInventoryEvent } from '../../contracts/index.js';

/** A cache that must follow the events. Nothing rejects; false says that the cache was out of reach. */
export interface CacheUpkeep {
  /** Puts out of date whatever these events change; idempotent. */
  invalidate(events: readonly NewInventoryEvent[]): Promise<boolean>;
  /** Removes everything. */
  clear(): Promise<boolean>;
  /** Vouches for a while that everything sequenced so far has been invalidated. */
  renewLease(): Promise<boolean>;
}

/**
 * Where caches register themselves. `invalidate` runs after a commit and before its acknowledgement (G1), and again by
 * the relay before it publishes the events, so that nobody is notified of a change whose old pages can still be served.
 */
@Injectable()
export class Invalidation {
  private readonly caches: CacheUpkeep[] = [];

  register(cache: CacheUpkeep): void {
    this.caches.push(cache);
  }

  invalidate(events: readonly NewInventoryEvent[]): Promise<boolean> {
    return this.all((cache) => cache.invalidate(events));
  }

  clear(): Promise<boolean> {
    return this.all((cache) => cache.clear());
  }

  renewLease(): Promise<boolean> {
    return this.all((cache) => cache.renewLease());
  }

  private async all(work: (cache: CacheUpkeep) => Promise<boolean>): Promise<boolean> {
    return (await Promise.all(this.caches.map(work))).every(Boolean);
  }
}
