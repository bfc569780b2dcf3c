import type { ReadFloor, WalPosition } from '../../database/index.js';
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
  /**
   * `tokens` are of all scopes asked for, and of those the out-of-date entry, if any, depended on or hinted at.
   * `floor`: what has all changes that were invalidated before the tokens of the scopes asked for were made.
   */
  | { result: 'miss'; tokens: Tokens; floor?: ReadFloor }
  /** There is no lease: it is not sure that invalidations work, so the cache must not be used. */
  | { result: 'bypass' };

export type { ScopesOf };

/** Asks PostgreSQL how far it is by now; undefined if that isn't known. */
export type AskWal = () => Promise<WalPosition | undefined>;

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
 * With replicas, the store also keeps how far PostgreSQL's log must be replayed to have all changes that were ever
 * invalidated: the record. Each invalidation raises it, in the same step in which it takes tokens away, and each token
 * bears what the record was when the token was made. So a token says how far a replica must be to have all changes that
 * its scope stands for: those that were invalidated before it was made; a later one would have taken the token away. A
 * record that is lost, or of which a writer doesn't know how far to raise it, is unknown, never low.
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

  /**
   * Puts every entry that depends on one of these out of date.
   *
   * @param wal asked after the changes were committed; undefined makes the record unknown
   */
  abstract invalidate(scopes: readonly string[], wal?: WalPosition): Promise<void>;

  /** The same, as far as the scopes are of no listing or of one that is watched; of others there are no entries. */
  abstract invalidateWatched(scopesOf: ScopesOf, wal?: WalPosition): Promise<void>;

  /** Removes every entry. @param wal as with `invalidate`: of all changes whose invalidation may have been missed */
  abstract clear(wal?: WalPosition): Promise<void>;

  /**
   * Makes an unknown record known. It counts only if the record is the same unknown one as before `ask` was called:
   * what is acknowledged meanwhile or later raises it, or makes it unknown anew.
   */
  settleWal(_ask: AskWal): Promise<void> {
    return Promise.resolve();
  }

  /**
   * What has all changes that any instance has acknowledged, for reading what isn't cached. Unknown where instances
   * have no store in common, and without a lease.
   */
  floor(): Promise<ReadFloor> {
    return Promise.resolve(null);
  }

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
