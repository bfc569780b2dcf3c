import type { InProcessCacheStore } from '../../src/search-cache/in-process/in-process-cache-store.js';
import type { Listing } from '../../src/search-cache/scopes/scope-names.js';
import {
  type CachedPage,
  type CacheRead,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from '../../src/search-cache/store/search-cache-store.js';

/** One process's way to a real store: it can be cut, or keep answers back after the store has done what was asked. */
export class FaultyCacheStore extends SearchCacheStore {
  cut = false;
  /** What has reached the store, such as `read a` or `invalidate s1 s2`. */
  readonly calls: string[] = [];
  private gate: Promise<void> | undefined;
  private open: () => void = () => undefined;
  private setBack: () => void = () => undefined;

  constructor(private readonly store: InProcessCacheStore) {
    super();
  }

  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.gate = undefined;
    this.open();
  }

  /** As when the connection to Redis was lost and is back. */
  reconnect(): void {
    this.setBack();
  }

  read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    return this.call(`read ${key}`, () => this.store.read(key, scopes, listing));
  }

  fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    return this.call(`fill ${key}`, () => this.store.fill(key, page, tokens, hints));
  }

  invalidate(scopes: readonly string[]): Promise<void> {
    return this.call(`invalidate ${scopes.join(' ')}`, () => this.store.invalidate(scopes));
  }

  invalidateWatched(scopesOf: ScopesOf): Promise<void> {
    return this.call('invalidate watched', () => this.store.invalidateWatched(scopesOf));
  }

  clear(): Promise<void> {
    return this.call('clear', () => this.store.clear());
  }

  renewLease(since?: number): Promise<void> {
    return this.call('lease', () => this.store.renewLease(since));
  }

  stats(): Promise<StoreStats> {
    return this.call('stats', () => this.store.stats());
  }

  override onPossibleRollback(listener: () => void): void {
    this.setBack = listener;
  }

  private async call<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.calls.push(name);
    if (this.cut) {
      await this.gate;
      throw new Error('out of reach');
    }
    const result = await work();
    await this.gate;
    return result;
  }
}
