import { Injectable } from '@nestjs/common';
import type { EventContent } from '../../contracts/index.js';
import { EventReaction, type InvalidatableCache } from '../../events/index.js';
import { Clock } from '../../infra/index.js';
import { lacksNames, scopesBesideTexts, textScopesOfEvents } from '../scopes/scopes-of-events.js';
import { SearchText } from '../scopes/search-text.js';
import { SearchCacheMetrics } from '../search-cache.metrics.js';
import { ResilientCache } from '../store/resilient-cache.js';
import type { ScopesOf } from '../store/search-cache-store.js';

/** Keeps the cache true to the events: called after every commit, and again by the relay. */
@Injectable()
@EventReaction({ to: 'cache', order: 10 })
export class SearchCacheInvalidator implements InvalidatableCache {
  constructor(
    private readonly cache: ResilientCache,
    private readonly metrics: SearchCacheMetrics,
    private readonly text: SearchText,
    private readonly clock: Clock,
  ) {}

  invalidate(events: readonly EventContent[]): Promise<boolean> {
    return this.invalidateBy((scopesOf) => this.cache.invalidateWatched(scopesOf), events);
  }

  invalidateOrWithhold(events: readonly EventContent[], ledSince?: number): Promise<boolean> {
    return this.invalidateBy((scopesOf) => this.cache.invalidateOrWithhold(scopesOf, ledSince), events);
  }

  makeUp(ledSince?: number): Promise<boolean> {
    return this.cache.makeUp(ledSince);
  }

  owes(ledSince?: number): boolean {
    return this.cache.owes(ledSince);
  }

  clear(): Promise<boolean> {
    return this.cache.clear();
  }

  renewLease(since: number): Promise<boolean> {
    return this.cache.renewLease(since);
  }

  private async invalidateBy(
    invalidate: (scopesOf: ScopesOf) => Promise<boolean>,
    events: readonly EventContent[],
  ): Promise<boolean> {
    if (events.some(lacksNames) && !(await this.cache.clear())) return false;
    const texts = await textScopesOfEvents(events, this.text);
    /** Over all partitions: each asks for the scopes of its own listings. */
    let named: Set<string> | undefined;
    const done = await invalidate((isWatched) => {
      const beside = scopesBesideTexts(events, isWatched);
      if (named) for (const scope of beside) named.add(scope);
      else named = beside;
      return [...beside, ...texts];
    });
    for (const scopes of [named ?? [], texts]) this.metrics.invalidated(scopes);
    if (!done) return false;
    const now = this.clock.now();
    for (const { occurredAt } of events) {
      this.metrics.freshness.observe(Math.max(0, now - Date.parse(occurredAt)) / 1000);
    }
    return true;
  }
}
