import { LRUCache } from 'lru-cache';
import type { Clock } from '../../infra/index.js';
import { GENERAL_SCOPE, type Listing } from '../scopes/scope-names.js';
import { WatchedListings } from '../scopes/watched-listings.js';
import {
  type CachedPage,
  type CacheRead,
  LEASE_MS,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from '../store/search-cache-store.js';

/** Bounds of memory beside the number of entries. */
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_TOKENS = 500_000;

/** A scope's token. Entries keep it itself: that takes less than its names do, and comparing needs no look-up. */
interface Token {
  readonly scope: string;
  readonly value: string;
  gone: boolean;
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
  /** In the order they were made; a token that gives way is made anew, which only puts its entries out of date. */
  private readonly tokens = new Map<string, Token>();
  private readonly watched = new WatchedListings();
  private made = 0;
  /** Times that tokens have gone. */
  private changes = 0;
  private leaseUntil = 0;
  private evictions = 0;

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
      perf: { now: () => clock.now() },
      ttlResolution: 0,
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.evictions += 1;
      },
    });
  }

  override peek(key: string): CachedPage | undefined {
    if (this.leaseUntil <= this.clock.now()) return undefined;
    const entry = this.entries.get(key);
    return entry && this.isCurrent(entry) ? entry.page : undefined;
  }

  read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    if (this.leaseUntil <= this.clock.now()) return Promise.resolve({ result: 'bypass' });
    const entry = this.entries.get(key);
    if (entry && this.isCurrent(entry)) return Promise.resolve({ result: 'hit', page: entry.page });
    if (listing) this.watched.note(listing);
    const tokens = new Map<string, string>();
    for (const scope of scopes) tokens.set(scope, this.tokenOf(scope));
    for (const { scope } of entry?.tokens ?? []) tokens.set(scope, this.tokenOf(scope));
    for (const scope of entry?.hints ?? []) tokens.set(scope, this.tokenOf(scope));
    return Promise.resolve({ result: 'miss', tokens });
  }

  fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    this.entries.set(key, {
      page,
      tokens: Array.from(tokens, ([scope, value]) => this.known(scope, value)),
      // The names that are there already, instead of the caller's copies.
      hints: hints.map((scope) => this.tokens.get(scope)?.scope ?? scope),
      comparedAt: -1,
    });
    return Promise.resolve();
  }

  invalidate(scopes: readonly string[]): Promise<void> {
    // A name without a token is one that no entry, and no fill under way, depends on.
    for (const scope of scopes) this.drop(scope);
    return Promise.resolve();
  }

  invalidateWatched(scopesOf: ScopesOf): Promise<void> {
    return this.invalidate(scopesOf((listing) => this.watched.has(listing)));
  }

  clear(): Promise<void> {
    this.entries.clear();
    // A fill that is under way must not survive either.
    return this.invalidate([GENERAL_SCOPE]);
  }

  renewLease(since = performance.now()): Promise<void> {
    const left = Math.floor(LEASE_MS - (performance.now() - since));
    if (left <= 0) return Promise.reject(new Error('The renewal of the lease came too late'));
    this.leaseUntil = this.clock.now() + left;
    return Promise.resolve();
  }

  stats(): Promise<StoreStats> {
    this.entries.purgeStale();
    const leaseMs = Math.max(0, this.leaseUntil - this.clock.now());
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

  private tokenOf(scope: string): string {
    const known = this.tokens.get(scope);
    if (known !== undefined) return known.value;
    this.made += 1;
    const value = String(this.made);
    this.tokens.set(scope, { scope, value, gone: false });
    if (this.tokens.size > MAX_TOKENS) this.drop(this.tokens.keys().next().value!);
    return value;
  }

  /** The scope's token if it still has this value. */
  private known(scope: string, value: string): Token {
    const token = this.tokens.get(scope);
    return token?.value === value ? token : { scope, value, gone: true };
  }

  private drop(scope: string): boolean {
    const token = this.tokens.get(scope);
    if (!token) return false;
    token.gone = true;
    this.changes += 1;
    return this.tokens.delete(scope);
  }
}
