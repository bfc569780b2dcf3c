import type { Page } from '../../src/contracts/index.js';
import { Metrics } from '../../src/infra/index.js';
import type { CachedSearch, LoadedPage } from '../../src/search-cache/pages/cached-search.js';
import { FreshnessProbe } from '../../src/search-cache/pages/freshness-probe.js';
import { PageCache } from '../../src/search-cache/pages/page-cache.js';
import { GENERAL_SCOPE } from '../../src/search-cache/scopes/scope-names.js';
import { SearchCacheMetrics } from '../../src/search-cache/search-cache.metrics.js';
import { ResilientCacheStore } from '../../src/search-cache/store/resilient-cache-store.js';
import type { SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import type { StoppedClock } from './bridge.js';

/** One process's part of the search cache, over any store. */
export interface CacheProcess {
  cache: ResilientCacheStore;
  pages: PageCache;
  probe: FreshnessProbe;
  counts: SearchCacheMetrics;
  stop(): Promise<void>;
}

export function startCacheProcess(store: SearchCacheStore, clock: StoppedClock): CacheProcess {
  const metrics = new Metrics();
  const cache = new ResilientCacheStore(store, metrics, clock);
  const counts = new SearchCacheMetrics(metrics, cache);
  const probe = new FreshnessProbe(cache, counts);
  return {
    cache,
    counts,
    probe,
    pages: new PageCache(cache, counts, probe),
    async stop() {
      await cache.onModuleDestroy();
      probe.onModuleDestroy();
      metrics.registry.clear();
    },
  };
}

/** Scopes of the search below. */
export const BROAD = 'search:cache:category:spices#price';
export const NARROW = 'search:cache:category:spices#set';
export const productScopeOf = (id: string): string => `product:${id}`;

/** A search that may depend on `BROAD`, but doesn't once its page is known. */
export function aSearch(key = 'spices'): CachedSearch {
  const shown = ({ page }: LoadedPage): string[] => page.items.map(({ id }) => productScopeOf(id));
  return {
    kind: 'product',
    key,
    scopes: [GENERAL_SCOPE, NARROW, BROAD],
    listing: null,
    narrow: (loaded) => [GENERAL_SCOPE, NARROW, ...shown(loaded)],
  };
}

export function aPage(ids: readonly string[], fields: Partial<Page<{ id: string }>> = {}): LoadedPage {
  return { page: { items: ids.map((id) => ({ id })), nextCursor: null, epoch: 'e', position: 1, ...fields } };
}
