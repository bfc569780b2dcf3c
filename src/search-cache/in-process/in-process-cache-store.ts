import { LRUCache } from 'lru-cache';
import { laterFloor, type ReadFloor, type WalPosition } from '../../database/index.js';
import type { Clock } from '../../infra/index.js';
import { GENERAL_SCOPE, type Listing } from '../scopes/scope-names.js';
import { WatchedListings } from '../scopes/watched-listings.js';
import {
  type AskWal,
  type CachedPage,
  type CacheRead,
  LEASE_MS,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from '../store/search-cache-store.js';

/** Bounds of memory beside the number of entries: bytes of pages, and tokens of some 200 bytes each. */
export const MAX_BYTES = 96 * 1024 * 1024;
export const MAX_TOKENS = 250_000;
/** Tokens in use that are passed over for one that isn't, before one of them gives way all the same. */
const PASSED_OVER = 10;

/**
 * Tokens that are made until the walk over them begins anew: a walk that stands still keeps every table alive that the
 * map has grown out of since, with all tokens that were in it. Walking over the places of those that are gone takes a
 * millisecond at most.
 */
const WALK_ANEW = 10_000;

/** A scope's token. Entries keep it itself: that takes less than its names do, and comparing needs no look-up. */
interface Token {
  readonly scope: string;
  readonly value: string;
  /** Entries that depend on it. */
  uses: number;
  gone: boolean;
  /** The record of the log when it was made; or a later one, if that was unknown then. */
  floor: ReadFloor;
}

interface Entry {
  page: CachedPage;
  tokens: readonly Token[];
  hints: readonly string[];
  /** The number of changes to `tokens` when they were last compared; none since, no need to compare them again. */
  comparedAt: number;
}

/** The embedded engine's store. It must behave as the Redis one does: both pass one suite. */
export class InProcessCacheStore extends SearchCacheStore {
  private readonly entries: LRUCache<string, Entry>;
  /** In the order they were made, or passed over. */
  private readonly tokens = new Map<string, Token>();
  /** Behind the last token that gave way: to begin anew each time would be to walk over the places of all that have. */
  private oldest = this.tokens.values();
  private readonly watched = new WatchedListings();
  private made = 0;
  /** Times that tokens have gone that were of entries. */
  private changes = 0;
  private leaseUntil = 0;
  private evictions = 0;
  /** How far a replica must be to have all that was invalidated. */
  private wal: ReadFloor = null;
  /** Times that it became unknown. */
  private unknowns = 0;
  /** The latest position that was heard since it has been unknown, lest it is settled lower. */
  private heard: WalPosition = '';

  constructor(
    private readonly clock: Clock,
    maxEntries: number,
    ttlSeconds: number,
  ) {
    super();
    this.entries = new LRUCache({
      max: maxEntries,
      maxSize: MAX_BYTES,
      sizeCalculation: ({ page }) => page.body.length + 1,
      ttl: ttlSeconds * 1_000,
      perf: { now: () => clock.monotonic() },
      ttlResolution: 0,
      dispose: ({ tokens }, _key, reason) => {
        for (const token of tokens) token.uses -= 1;
        if (reason === 'evict') this.evictions += 1;
      },
    });
  }

  override peek(key: string): CachedPage | undefined {
    if (this.leaseUntil <= this.clock.monotonic()) return undefined;
    const entry = this.entries.get(key);
    return entry && this.isCurrent(entry) ? entry.page : undefined;
  }

  read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    if (this.leaseUntil <= this.clock.monotonic()) return Promise.resolve({ result: 'bypass' });
    const entry = this.entries.get(key);
    if (entry && this.isCurrent(entry)) return Promise.resolve({ result: 'hit', page: entry.page });
    if (listing) this.watched.note(listing);
    const tokens = new Map<string, string>();
    let floor: ReadFloor = '';
    for (const scope of scopes) {
      const token = this.tokenOf(scope);
      tokens.set(scope, token.value);
      floor = laterFloor(floor, token.floor);
    }
    for (const { scope } of entry?.tokens ?? []) tokens.set(scope, this.tokenOf(scope).value);
    for (const scope of entry?.hints ?? []) tokens.set(scope, this.tokenOf(scope).value);
    return Promise.resolve({ result: 'miss', tokens, floor });
  }

  fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    const known = Array.from(tokens, ([scope, value]) => this.known(scope, value));
    for (const token of known) token.uses += 1;
    this.entries.set(key, {
      page,
      tokens: known,
      // The names that are there already, instead of the caller's copies.
      hints: hints.map((scope) => this.tokens.get(scope)?.scope ?? scope),
      comparedAt: -1,
    });
    return Promise.resolve();
  }

  invalidate(scopes: readonly string[], wal?: WalPosition): Promise<void> {
    this.raise(wal);
    // A name without a token is one that no entry, and no fill under way, depends on.
    for (const scope of scopes) this.drop(scope);
    return Promise.resolve();
  }

  invalidateWatched(scopesOf: ScopesOf, wal?: WalPosition): Promise<void> {
    return this.invalidate(
      scopesOf((listing) => this.watched.has(listing)),
      wal,
    );
  }

  clear(): Promise<void> {
    this.entries.clear();
    // A fill that is under way must not survive either. The log may have begun anew, lower than the record is.
    return this.invalidate([GENERAL_SCOPE]);
  }

  override async settleWal(ask: AskWal): Promise<void> {
    if (this.wal !== null) return;
    const { unknowns } = this;
    const wal = await ask();
    if (wal === undefined || this.wal !== null || unknowns !== this.unknowns) return;
    this.wal = laterFloor(wal, this.heard);
  }

  renewLease(since = performance.now()): Promise<void> {
    const left = Math.floor(LEASE_MS - (performance.now() - since));
    if (left <= 0) return Promise.reject(new Error('The renewal of the lease came too late'));
    this.leaseUntil = this.clock.monotonic() + left;
    return Promise.resolve();
  }

  stats(): Promise<StoreStats> {
    this.entries.purgeStale();
    const leaseMs = Math.max(0, this.leaseUntil - this.clock.monotonic());
    return Promise.resolve({ entries: this.entries.size, evictions: this.evictions, leaseMs });
  }

  /** Memory never goes back to an earlier state. */
  onPossibleRollback(): void {}

  private isCurrent(entry: Entry): boolean {
    if (entry.comparedAt === this.changes) return true;
    if (entry.tokens.some(({ gone }) => gone)) return false;
    entry.comparedAt = this.changes;
    return true;
  }

  private raise(wal: WalPosition | undefined): void {
    if (wal === undefined) {
      this.wal = null;
      this.unknowns += 1;
      this.heard = '';
    } else if (this.wal === null) {
      if (wal > this.heard) this.heard = wal;
    } else if (wal > this.wal) {
      this.wal = wal;
    }
  }

  private tokenOf(scope: string): Token {
    const known = this.tokens.get(scope);
    if (known !== undefined) {
      known.floor ??= this.wal;
      return known;
    }
    this.made += 1;
    const token = { scope, value: String(this.made), uses: 0, gone: false, floor: this.wal };
    this.tokens.set(scope, token);
    if (this.made % WALK_ANEW === 0) this.oldest = this.tokens.values();
    if (this.tokens.size > MAX_TOKENS) this.makeRoom();
    return token;
  }

  /**
   * A token that gives way is made anew when it is asked for, which only puts its entries out of date. Made-up searches
   * make many that no entry depends on afterwards, so those that are in use have a second chance.
   */
  private makeRoom(): void {
    for (let passed = 0; ; passed += 1) {
      const token = this.oldest.next().value!;
      const { scope } = token;
      if (token.uses === 0 || passed === PASSED_OVER) return void this.drop(scope);
      this.tokens.delete(scope);
      this.tokens.set(scope, token);
    }
  }

  /** The scope's token if it still has this value. */
  private known(scope: string, value: string): Token {
    const token = this.tokens.get(scope);
    return token?.value === value ? token : { scope, value, uses: 0, gone: true, floor: null };
  }

  private drop(scope: string): boolean {
    const token = this.tokens.get(scope);
    if (!token) return false;
    token.gone = true;
    // Without entries that depend on it there is none to compare again.
    if (token.uses > 0) this.changes += 1;
    return this.tokens.delete(scope);
  }
}
