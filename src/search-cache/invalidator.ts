import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { NewInventoryEvent } from '../contracts/index.js';
import { CacheRegistry, type CacheUpkeep, Invalidation } from '../events/index.js';
import { Clock } from '../infra/index.js';
import { scopesOfEvents } from './scopes/scopes-of-events.js';
import { SearchText } from './scopes/search-text.js';
import { SearchCacheMetrics } from './search-cache.metrics.js';
import { GuardedCache } from './store/guarded-cache.js';
import { scopesOfVendorChange, type VendorChange, VendorChanges } from './vendor-changes.js';

/** Keeps the cache true to the events: called after every commit, and again by the relay. */
@Injectable()
export class Invalidator implements CacheUpkeep, OnModuleInit {
  private readonly logger = new Logger(Invalidator.name);

  constructor(
    private readonly cache: GuardedCache,
    private readonly metrics: SearchCacheMetrics,
    private readonly invalidation: Invalidation,
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
    let scopes: readonly string[] = [];
    const done = await this.cache.renewWatched((isWatched) => {
      scopes = [...scopesOfEvents(events, this.text, isWatched)];
      return scopes;
    });
    this.metrics.renewed(scopes);
    if (!done) return false;
    const now = this.clock.now();
    for (const { occurredAt } of events) {
      this.metrics.freshness.observe(Math.max(0, now - Date.parse(occurredAt)) / 1000);
    }
    return true;
  }

  async vendorsChanged(change: VendorChange): Promise<void> {
    await this.renew(scopesOfVendorChange(change));
  }

  /** Renews the scopes of all vendor changes that are still noted; false if the cache is out of reach. */
  settleVendors(): Promise<boolean> {
    return this.vendorChanges.settle((scopes) => this.renew(scopes));
  }

  clear(): Promise<boolean> {
    return this.cache.clear();
  }

  async renewLease(): Promise<boolean> {
    try {
      const settled = await this.settleVendors();
      return settled && (await this.cache.renewLease());
    } catch (error) {
      // The database is away: what vendors have changed can't be known, so nobody vouches for anything.
      this.logger.debug(error);
      return false;
    }
  }

  private async renew(scopes: Iterable<string>): Promise<boolean> {
    const list = [...scopes];
    const done = await this.cache.renew(list);
    this.metrics.renewed(list);
    return done;
  }
}
