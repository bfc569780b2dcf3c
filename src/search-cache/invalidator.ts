import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { NewInventoryEvent } from '../contracts/index.js';
import { CacheRegistry, type CacheUpkeep, Invalidation } from '../events/index.js';
import { Clock } from '../infra/index.js';
import { GENERAL_SCOPE, VENDORS_SCOPE } from './scopes/scope-names.js';
import { scopesOfEvents } from './scopes/scopes-of-events.js';
import { SearchCacheMetrics } from './search-cache.metrics.js';
import { GuardedCache } from './store/guarded-cache.js';

/** Keeps the cache true to the events: called after every commit, and again by the relay. */
@Injectable()
export class Invalidator implements CacheUpkeep, OnModuleInit {
  constructor(
    private readonly cache: GuardedCache,
    private readonly metrics: SearchCacheMetrics,
    private readonly invalidation: Invalidation,
    private readonly registry: CacheRegistry,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.invalidation.register(this);
    this.registry.register(async () => {
      await this.clear();
    });
  }

  async invalidate(events: readonly NewInventoryEvent[]): Promise<boolean> {
    const done = await this.renew(scopesOfEvents(events));
    const now = this.clock.now();
    if (done)
      for (const { occurredAt } of events)
        this.metrics.freshness.observe(Math.max(0, now - Date.parse(occurredAt)) / 1000);
    return done;
  }

  /** Vendors are shown on product pages too, so a changed one touches everything; it is rare. */
  async vendorsChanged(change: 'created' | 'updated'): Promise<void> {
    await this.renew([change === 'created' ? VENDORS_SCOPE : GENERAL_SCOPE]);
  }

  clear(): Promise<boolean> {
    return this.cache.clear();
  }

  renewLease(): Promise<boolean> {
    return this.cache.renewLease();
  }

  private async renew(scopes: Iterable<string>): Promise<boolean> {
    const list = [...scopes];
    const done = await this.cache.renew(list);
    this.metrics.renewed(list);
    return done;
  }
}
