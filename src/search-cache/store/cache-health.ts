import { Injectable } from '@nestjs/common';
import { ResilientCache } from './resilient-cache.js';

/** `away`: the store doesn't answer. `unvouched`: nothing vouches for invalidations, so no page may be served. */
export type CacheState = 'in use' | 'away' | 'unvouched';

/** Whether searches can be answered from the cache; if not, they go to the database. */
@Injectable()
export class CacheHealth {
  constructor(private readonly cache: ResilientCache) {}

  /** Never rejects, and answers within the time limit of a command. */
  async state(): Promise<CacheState> {
    const stats = await this.cache.stats();
    if (stats === null) return 'away';
    return stats.leaseMs > 0 ? 'in use' : 'unvouched';
  }
}
