import { Injectable } from '@nestjs/common';
import { SCOPE_KINDS, type ScopeKind } from '../contracts/index.js';
import { Metrics } from '../infra/index.js';
import type { SearchKind } from './pages/canonical-search.js';
import { kindOf } from './scopes/scope-names.js';
import { ResilientCache } from './store/resilient-cache.js';

export type ReadResult = 'hit' | 'miss' | 'bypass';

/** Counts for Prometheus and for `/api/cache/stats`, of this instance since its start. */
@Injectable()
export class SearchCacheMetrics {
  /** By kind of search. */
  private readonly readsOf: Record<SearchKind, Record<ReadResult, number>> = {
    product: { hit: 0, miss: 0, bypass: 0 },
    vendor: { hit: 0, miss: 0, bypass: 0 },
  };
  readonly invalidations = Object.fromEntries(SCOPE_KINDS.map((kind) => [kind, 0])) as Record<ScopeKind, number>;
  stalePages = 0;

  readonly freshness = this.metrics.histogram(
    'inventory_search_freshness_seconds',
    'From a change to the invalidation of the search scopes it touches.',
  );
  private readonly scopesInvalidated = this.metrics.counter(
    'search_cache_invalidations_total',
    'Scopes invalidated, by kind.',
    { scope: SCOPE_KINDS },
  );
  private readonly stale = this.metrics.counter(
    'search_cache_stale_total',
    'Cached pages that the freshness probe found to differ from the database; must stay 0.',
  );

  constructor(
    private readonly metrics: Metrics,
    cache: ResilientCache,
  ) {
    metrics.counted('search_cache_requests_total', 'Searches by kind and cache result.', ['kind', 'result'], () =>
      Object.entries(this.readsOf).flatMap(([kind, reads]) =>
        Object.entries(reads).map(([result, count]): [Record<'kind' | 'result', string>, number] => [
          { kind, result },
          count,
        ]),
      ),
    );
    metrics.gauge('search_cache_entries', 'Cached searches over all instances.', async () => {
      return (await cache.stats())?.entries ?? Number.NaN;
    });
  }

  read(kind: SearchKind, result: ReadResult): void {
    this.readsOf[kind][result] += 1;
  }

  /** Of both kinds of searches. */
  get reads(): Record<ReadResult, number> {
    const { product, vendor } = this.readsOf;
    return {
      hit: product.hit + vendor.hit,
      miss: product.miss + vendor.miss,
      bypass: product.bypass + vendor.bypass,
    };
  }

  invalidated(scopes: Iterable<string>): void {
    const counts = new Map<ScopeKind, number>();
    for (const scope of scopes) {
      const kind = kindOf(scope);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    for (const [kind, count] of counts) {
      this.invalidations[kind] += count;
      this.scopesInvalidated.inc({ scope: kind }, count);
    }
  }

  foundStale(): void {
    this.stalePages += 1;
    this.stale.inc();
  }
}
