import type { Listing } from '../../src/search-cache/scopes/scope-names.js';
import {
  type CachedPage,
  type CacheRead,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from '../../src/search-cache/store/search-cache-store.js';
import type { Interleaving } from './interleaving.js';

/** One process's view of a store: every command takes a step to get there, and every answer one to come back. */
export class SteppedCacheStore extends SearchCacheStore {
  private ended = false;

  constructor(
    private readonly store: SearchCacheStore,
    private readonly order: Interleaving,
  ) {
    super();
  }

  /** The process is gone: what has been sent was sent, and nobody hears the answers. */
  end(): void {
    this.ended = true;
  }

  read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    return this.call(() => this.store.read(key, scopes, listing));
  }

  fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    return this.call(() => this.store.fill(key, page, tokens, hints));
  }

  invalidate(scopes: readonly string[]): Promise<void> {
    return this.call(() => this.store.invalidate(scopes));
  }

  invalidateWatched(scopesOf: ScopesOf): Promise<void> {
    return this.call(() => this.store.invalidateWatched(scopesOf));
  }

  clear(): Promise<void> {
    return this.call(() => this.store.clear());
  }

  renewLease(since?: number): Promise<void> {
    return this.call(() => this.store.renewLease(since));
  }

  stats(): Promise<StoreStats> {
    return this.call(() => this.store.stats());
  }

  override watch(): Promise<void> {
    return this.call(() => this.store.watch());
  }

  onPossibleRollback(listener: () => void): void {
    this.store.onPossibleRollback(listener);
  }

  private async call<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.passage();
    const result = await this.order.outside(work);
    await this.passage();
    return result;
  }

  private async passage(): Promise<void> {
    await this.order.step();
    if (this.ended) await new Promise(() => undefined);
  }
}
