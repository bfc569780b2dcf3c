import type { ReadFloor } from '../../database/index.js';
import type { Listing } from '../scopes/scope-names.js';
import type { CachedPage, CacheRead, ScopesOf, StoreStats, Tokens } from './search-cache-store.js';

/**
 * The cache as the product uses it: never rejects and never makes anybody wait long. What is away means bypass for
 * reads; invalidations that couldn't be made are owed and paid before anything else once it is back.
 *
 * There is one store, or, in a Redis Cluster, one for each partition.
 */
export abstract class ResilientCache {
  /** A hit that needs no waiting; undefined: `read` has to find out. */
  abstract peek(key: string): CachedPage | undefined;

  abstract read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead>;

  /** @param listing that was given to the `read` which brought the tokens */
  abstract fill(
    key: string,
    page: CachedPage,
    tokens: Tokens,
    hints: readonly string[],
    listing?: Listing | null,
  ): Promise<void>;

  /** @returns whether it was done; if not, it will be, before this instance uses the cache again */
  abstract invalidate(scopes: readonly string[]): Promise<boolean>;

  /** The same for a change, of which only the scopes of watched listings matter. */
  abstract invalidateWatched(scopesOf: ScopesOf): Promise<boolean>;

  /**
   * The same for the leader, who vouches for the cache with the lease.
   *
   * @param ledSince see `InvalidatableCache.invalidateOrWithhold`
   * @returns true as well if each part of the cache in which it wasn't done gets no lease before it has been cleared
   */
  abstract invalidateOrWithhold(scopesOf: ScopesOf, ledSince?: number): Promise<boolean>;

  /** Tries to make the invalidations that `owes` tells of. @returns whether there are none any more */
  abstract makeUp(ledSince?: number): Promise<boolean>;

  /** Whether invalidations are owed of pages that may be served, see `InvalidatableCache.owes`. */
  abstract owes(ledSince?: number): boolean;

  /** Removes every entry. @returns false if some may be left under a lease */
  abstract clear(): Promise<boolean>;

  /** @param since moment of `performance.now()` up to which everything sequenced has been invalidated */
  abstract renewLease(since?: number): Promise<boolean>;

  /** See `SearchCacheStore.floor`: of products. */
  abstract floor(): Promise<ReadFloor>;

  /** Null: it doesn't answer. */
  abstract stats(): Promise<StoreStats | null>;
}
