import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PeriodicJob, Clock, Metrics } from '../../infra/index.js';
import { GENERAL_SCOPE, type Listing } from '../scopes/scope-names.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { PendingInvalidations } from './pending-invalidations.js';
import { ResilientCache } from './resilient-cache.js';
import {
  type CachedPage,
  type CacheRead,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from './search-cache-store.js';

/** Milliseconds between two tries to make the invalidations that are owed. */
const RETRY_EVERY = 1_000;
/** Milliseconds between two probes whether the store has gone back to earlier data. */
const WATCH_EVERY = 1_000;

/** A `ResilientCache` of one store. */
@Injectable()
export class ResilientCacheStore extends ResilientCache implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('SearchCache');
  private readonly breaker: CircuitBreaker;
  private readonly owed: PendingInvalidations;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;
  private watching: PeriodicJob | undefined;

  constructor(
    private readonly store: SearchCacheStore,
    private readonly metrics: Metrics,
    clock: Clock,
  ) {
    super();
    this.breaker = new CircuitBreaker(clock);
    this.owed = new PendingInvalidations((scopes) => store.invalidate(scopes));
    store.onPossibleRollback(() => this.defer([GENERAL_SCOPE]));
  }

  onApplicationBootstrap(): void {
    this.watching = new PeriodicJob('SearchCache', WATCH_EVERY, () => this.watch());
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.watching?.stop();
  }

  peek(key: string): CachedPage | undefined {
    return this.breaker.open || this.owed.any ? undefined : this.store.peek(key);
  }

  read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    return this.attempt<CacheRead>(() => this.store.read(key, scopes, listing), { result: 'bypass' });
  }

  async fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    await this.attempt(() => this.store.fill(key, page, tokens, hints), undefined);
  }

  invalidate(scopes: readonly string[]): Promise<boolean> {
    return this.invalidateOrDefer(
      () => this.store.invalidate(scopes),
      () => scopes,
    );
  }

  invalidateWatched(scopesOf: ScopesOf): Promise<boolean> {
    return this.invalidateOrDefer(
      () => this.store.invalidateWatched(scopesOf),
      // It is unknown which listings will be watched by the time it is made up for.
      () => scopesOf(() => true),
    );
  }

  invalidateOrWithhold(scopesOf: ScopesOf): Promise<boolean> {
    return this.invalidateWatched(scopesOf);
  }

  async clear(): Promise<boolean> {
    const done = await this.attempt(() => this.store.clear().then(() => true), false);
    if (!done) this.defer([GENERAL_SCOPE]);
    return done;
  }

  renewLease(since = performance.now()): Promise<boolean> {
    return this.attempt(() => this.store.renewLease(since).then(() => true), false);
  }

  /** Looks whether the store has gone back to earlier data; if so, everything is renewed before it is used again. */
  async watch(): Promise<void> {
    await this.attempt(() => this.store.watch(), undefined);
  }

  stats(): Promise<StoreStats | null> {
    return this.attempt<StoreStats | null>(() => this.store.stats(), null);
  }

  private attempt<Result>(work: () => Promise<Result>, fallback: Result): Promise<Result> {
    return this.breaker.run(
      async () => {
        if (this.owed.any) await this.owed.flush();
        return work();
      },
      (error) => {
        if (error !== undefined) this.failed(error);
        return fallback;
      },
    );
  }

  private async invalidateOrDefer(invalidate: () => Promise<void>, all: () => readonly string[]): Promise<boolean> {
    if (await this.attempt(() => invalidate().then(() => true), false)) return true;
    this.defer(all());
    // Tried even while the circuit is open: the change is about to be acknowledged, and another instance, which may
    // reach the store, would go on serving what it puts out of date.
    try {
      await this.owed.flush();
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** Without the timer, an instance without requests would never flush, and the others would serve old pages. */
  private defer(scopes: readonly string[]): void {
    this.owed.add(scopes);
    if (this.stopped || this.retry) return;
    this.retry = setTimeout(() => void this.retryOwed(), RETRY_EVERY).unref();
  }

  private async retryOwed(): Promise<void> {
    if (this.owed.any) await this.attempt(() => Promise.resolve(), undefined);
    this.retry = undefined;
    if (this.owed.any) this.defer([]);
  }

  private failed(error: unknown): void {
    this.metrics.errors.inc({ type: 'search_cache' });
    this.logger.debug(error);
  }
}
