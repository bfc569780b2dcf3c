import type { Listing } from '../scopes/scope-names.js';
import type { ScopesOf } from '../scopes/watched-listings.js';

/** A finished answer as it is sent. */
export interface CachedPage {
  /** JSON, UTF-8. */
  body: Buffer;
  etag: string;
}

/** Tokens by scope. A token never comes back once it is gone. */
export type Tokens = ReadonlyMap<string, string>;

export type CacheRead =
  | { result: 'hit'; page: CachedPage }
  /** `tokens` are of all scopes asked for, and of those the out-of-date entry, if any, depended on or hinted at. */
  | { result: 'miss'; tokens: Tokens }
  /** There is no lease: it is not sure that invalidations work, so the cache must not be used. */
  | { result: 'bypass' };

export type { ScopesOf };

export interface StoreStats {
  entries: number;
  evictions: number;
  /** Milliseconds the lease still has; 0 without one. */
  leaseMs: number;
}

/**
 * Pages with the tokens of the scopes they depend on.
 *
 * Promises: `read` is atomic; it hits only if every token stored with the entry is the scope's current one and the
 * lease holds. A token is made when it is first read and replaced when its scope is renewed, always by a value never
 * seen before, so an entry that was filled while a write went on is never served, and losing a token is harmless.
 * At most the given number of entries, over all users of the store, least recently used out first.
 *
 * Does not promise that an entry stays. Rejects when the store can't be reached in time.
 */
export abstract class SearchCacheStore {
  /**
   * @param scopes all that may matter to the search
   * @param listing of which these scopes are, if they are of one; from now on it is watched
   */
  abstract read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead>;

  /** The page `read` would hit with, if that can be told without waiting. */
  peek(_key: string): CachedPage | undefined {
    return undefined;
  }

  /**
   * @param tokens of the scopes the page depends on, read before the database was asked for it
   * @param hints scopes whose tokens the next miss should bring along
   * @param listing that was given to the `read` which brought the tokens
   */
  abstract fill(
    key: string,
    page: CachedPage,
    tokens: Tokens,
    hints: readonly string[],
    listing?: Listing | null,
  ): Promise<void>;

  /** Puts every entry that depends on one of these out of date. */
  abstract invalidate(scopes: readonly string[]): Promise<void>;

  /** The same, as far as the scopes are of no listing or of one that is watched; of others there are no entries. */
  abstract invalidateWatched(scopesOf: ScopesOf): Promise<void>;

  /** Removes every entry. */
  abstract clear(): Promise<void>;

  /**
   * Vouches that everything sequenced up to a moment has been invalidated; the lease ends ten seconds after that
   * moment, however long the renewal is on its way. Rejects if that is over when it arrives.
   *
   * @param since of `performance.now()`; by default this very moment
   */
  abstract renewLease(since?: number): Promise<void>;

  /**
   * Looks whether the store has gone back to earlier data without a lost connection, and calls the listeners of
   * `onPossibleRollback`. Called once a second.
   */
  watch(): Promise<void> {
    return Promise.resolve();
  }

  abstract stats(): Promise<StoreStats>;

  /**
   * Calls `listener` whenever invalidations may have been undone, because the store may have gone back to earlier data.
   */
  abstract onPossibleRollback(listener: () => void): void;
}

/** Milliseconds; the bound of staleness when the path of invalidation is dead (G2). */
export const LEASE_MS = 10_000;
