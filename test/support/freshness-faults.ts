import type { CachedSearch, LoadedPage } from '../../src/search-cache/pages/cached-search.js';
import type { InProcessCacheStore } from '../../src/search-cache/in-process/in-process-cache-store.js';
import type { WatchedListingsReplica } from '../../src/search-cache/redis/watched-listings-replica.js';
import type { SeenHistory } from '../../src/search-cache/redis/seen-history.js';
import { PageCache, type ServedPage } from '../../src/search-cache/pages/page-cache.js';
import { SingleFlight } from '../../src/infra/index.js';
import type {
  CachedPage,
  ScopesOf,
  SearchCacheStore,
  Tokens,
} from '../../src/search-cache/store/search-cache-store.js';
import { type Parts, REAL } from './freshness-run.js';

class LateTokens extends PageCache {
  override read(search: CachedSearch, load: () => Promise<LoadedPage>): Promise<ServedPage> {
    const loading = load();
    return super.read(search, () => loading);
  }
}

class SharedLoads extends PageCache {
  private readonly shared = new SingleFlight<LoadedPage>();

  override read(search: CachedSearch, load: () => Promise<LoadedPage>): Promise<ServedPage> {
    return super.read(search, () => this.shared.run(search.key, load));
  }
}

class LostDependencies extends PageCache {
  override store(search: CachedSearch, tokens: Tokens, loaded: LoadedPage): CachedPage {
    const known = search.narrow(loaded).filter((scope) => tokens.has(scope));
    return super.store({ ...search, narrow: () => known }, tokens, loaded);
  }
}

/** A scope goes from one token to a second and back to the first. */
function repeatingTokens(store: SearchCacheStore): SearchCacheStore {
  const tokens = (store as InProcessCacheStore)['tokens'];
  const before = new Map<string, ReturnType<typeof tokens.get>>();
  const invalidate = async (scopes: readonly string[]): Promise<void> => {
    for (const scope of scopes) {
      const current = tokens.get(scope);
      const earlier = before.get(scope);
      await store.invalidate([scope]);
      if (earlier) tokens.set(scope, Object.assign(earlier, { gone: false }));
      before.set(scope, current);
    }
  };
  const invalidateWatched = (scopesOf: ScopesOf): Promise<void> => invalidate(scopesOf(() => true));
  return Object.assign(Object.create(store) as SearchCacheStore, { invalidate, invalidateWatched });
}

/** Only what this process has heard of is invalidated, and Redis isn't asked whether that is all. */
function unaskedListings(store: SearchCacheStore): SearchCacheStore {
  const { listings } = store as unknown as { listings: WatchedListingsReplica };
  const invalidateWatched = (scopesOf: ScopesOf): Promise<void> =>
    store.invalidate(scopesOf((listing) => listings.has(listing)));
  return Object.assign(Object.create(store) as SearchCacheStore, { invalidateWatched });
}

/** Mistakes that are easy to make in a cache such as this. */
export const FAULTS: Record<string, Parts> = {
  'an acknowledgement before the invalidation': { ...REAL, invalidateFirst: false },
  'an invalidation that brings an earlier token back': { ...REAL, wrap: repeatingTokens },
  'tokens read after the page': { ...REAL, PageCache: LateTokens },
  'loads shared by readers with other tokens': { ...REAL, PageCache: SharedLoads },
  'dependencies left out since their tokens were not read': { ...REAL, PageCache: LostDependencies },
};

/** A process that doesn't compare what it has seen of Redis. */
function unwatched(store: SearchCacheStore): SearchCacheStore {
  const { history } = store as unknown as { history: SeenHistory };
  const next = history.next.bind(history);
  history.next = () => [0, next()[1], next()[2]];
  history.sawInvalidations = () => true;
  return store;
}

/** Those that only several processes can make. */
export const SHARED_FAULTS: Record<string, Parts> = {
  'a process took the listings it has heard of for all that are watched': { ...REAL, wrap: unaskedListings },
  'no process compared what Redis knows with what it has known': { ...REAL, wrap: unwatched },
};
