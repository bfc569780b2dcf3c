import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { NewInventoryEvent } from '../contracts/index.js';
import { CacheRegistry, type InvalidatableCache, CacheInvalidation } from '../events/index.js';
import { Clock } from '../infra/index.js';
import { scopesBesideTexts, textScopesOfEvents } from './scopes/scopes-of-events.js';
import { SearchText } from './scopes/search-text.js';
import { SearchCacheMetrics } from './search-cache.metrics.js';
import { ResilientCacheStore } from './store/resilient-cache-store.js';
import { VendorChanges } from './vendor-changes.js';

/** Keeps the cache true to the events: called after every commit, and again by the relay. */
@Injectable()
export class SearchCacheInvalidator implements InvalidatableCache, OnModuleInit {
  private readonly logger = new Logger(SearchCacheInvalidator.name);

  constructor(
    private readonly cache: ResilientCacheStore,
    private readonly metrics: SearchCacheMetrics,
    private readonly invalidation: CacheInvalidation,
    private readonly registry: CacheRegistry,
    private readonly vendorChanges: VendorChanges,
    private readonly text: SearchText,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.invalidation.register(this);
    this.registry.register(async () => {
      await this.clear();
    });
  }

  async invalidate(events: readonly NewInventoryEvent[]): Promise<boolean> {
    const texts = await textScopesOfEvents(events, this.text);
    let scopes: readonly string[] = [];
    const done = await this.cache.invalidateWatched((isWatched) => {
      scopes = [...scopesBesideTexts(events, isWatched), ...texts];
      return scopes;
    });
    this.metrics.invalidated(scopes);
    if (!done) return false;
    const now = this.clock.now();
    for (const { occurredAt } of events) {
      this.metrics.freshness.observe(Math.max(0, now - Date.parse(occurredAt)) / 1000);
    }
    return true;
  }

  async vendorsChanged(scopes: readonly string[]): Promise<void> {
    await this.invalidateScopes(scopes);
  }

  /** Invalidates the scopes of all vendor changes that are still noted; false if the cache is out of reach. */
  flushVendorChanges(): Promise<boolean> {
    return this.vendorChanges.flush((scopes) => this.invalidateScopes(scopes));
  }

  clear(): Promise<boolean> {
    return this.cache.clear();
  }

  async renewLease(): Promise<boolean> {
    // Of this moment, not of the one when vendors are settled or the renewal arrives: either may be long after it.
    const since = performance.now();
    try {
      const settled = await this.flushVendorChanges();
      return settled && (await this.cache.renewLease(since));
    } catch (error) {
      // The database is away: what vendors have changed can't be known, so the lease is not renewed.
      this.logger.debug(error);
      return false;
    }
  }

  private async invalidateScopes(scopes: Iterable<string>): Promise<boolean> {
    const list = [...scopes];
    const done = await this.cache.invalidate(list);
    this.metrics.invalidated(list);
    return done;
  }
}
