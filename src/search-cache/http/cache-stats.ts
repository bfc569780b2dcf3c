import { Injectable } from '@nestjs/common';
import type { ScopeKind } from '../../contracts/index.js';
import { SearchCacheMetrics } from '../search-cache.metrics.js';
import { ResilientCache } from '../store/resilient-cache.js';

/**
 * Entries, evictions and lease are of the whole cache (null while it can't be reached); the counts of this instance.
 */
export interface CacheStats {
  entries: number | null;
  evictions: number | null;
  lease: { held: boolean; remainingMs: number } | null;
  hits: number;
  misses: number;
  bypasses: number;
  /** Hits by hits and misses; null before the first. */
  hitRatio: number | null;
  /** Scopes invalidated, by kind. */
  invalidations: Record<ScopeKind, number>;
  /** Pages the freshness probe found out of date; must be 0. */
  stale: number;
}

@Injectable()
export class CacheStatsReader {
  constructor(
    private readonly cache: ResilientCache,
    private readonly metrics: SearchCacheMetrics,
  ) {}

  async read(): Promise<CacheStats> {
    const store = await this.cache.stats();
    const { hit, miss, bypass } = this.metrics.reads;
    return {
      entries: store?.entries ?? null,
      evictions: store?.evictions ?? null,
      lease: store && { held: store.leaseMs > 0, remainingMs: Math.round(store.leaseMs) },
      hits: hit,
      misses: miss,
      bypasses: bypass,
      hitRatio: hit + miss === 0 ? null : Math.round((hit / (hit + miss)) * 10_000) / 10_000,
      invalidations: { ...this.metrics.invalidations },
      stale: this.metrics.stalePages,
    };
  }
}
