import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy, Optional } from '@nestjs/common';
import { PrimaryWal, type ReadFloor, type WalPosition } from '../../database/index.js';
import { endsWithin, PeriodicJob, Clock, Metrics } from '../../infra/index.js';
import { GENERAL_SCOPE, type Listing } from '../scopes/scope-names.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { PendingInvalidations } from './pending-invalidations.js';
import { ResilientCache } from './resilient-cache.js';
import {
  type CachedPage,
  type CacheRead,
  LEASE_MS,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from './search-cache-store.js';

/** Milliseconds between two tries to make the invalidations that are owed. */
const RETRY_EVERY = 1_000;
/** Milliseconds between two probes whether the store has gone back to earlier data. */
const WATCH_EVERY = 1_000;
/**
 * Milliseconds that the leader waits for a store with successors that has just failed, before it announces what it
 * couldn't put out of date: batches are announced one after the other, and writers on other instances wait for their
 * turn.
 */
const TRY_FOR = 100;
const UNASKED = Promise.resolve(undefined);

/** A `ResilientCache` of one store. */
@Injectable()
export class ResilientCacheStore extends ResilientCache implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('SearchCache');
  private readonly breaker: CircuitBreaker;
  private readonly owed: PendingInvalidations;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;
  private watching: PeriodicJob | undefined;
  /** When this process may have vouched for the store last, by the clock that isn't set. */
  private vouchedAt = Number.NEGATIVE_INFINITY;
  private counted: unknown;

  constructor(
    private readonly store: SearchCacheStore,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    @Optional() private readonly wal?: PrimaryWal,
  ) {
    super();
    this.breaker = new CircuitBreaker(clock);
    this.owed = new PendingInvalidations(async (scopes) => store.invalidate(scopes, await this.position()));
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
      (wal) => this.store.invalidate(scopes, wal),
      () => scopes,
    );
  }

  invalidateWatched(scopesOf: ScopesOf): Promise<boolean> {
    return this.invalidateOrDefer(
      (wal) => this.store.invalidateWatched(scopesOf, wal),
      // It is unknown which listings will be watched by the time it is made up for.
      () => scopesOf(() => true),
    );
  }

  async invalidateOrWithhold(scopesOf: ScopesOf, ledSince?: number): Promise<boolean> {
    if (await this.invalidateWatched(scopesOf)) return true;
    if (ledSince === undefined) return false;
    await endsWithin(TRY_FOR, this.makeUp(ledSince));
    return !this.owes(ledSince);
  }

  /**
   * Tried even while the circuit is open: a change is about to be acknowledged, and another instance, which may reach
   * the store, would go on serving what it puts out of date.
   */
  async makeUp(ledSince?: number): Promise<boolean> {
    if (!this.owes(ledSince)) return true;
    try {
      await this.owed.flush();
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  owes(ledSince?: number): boolean {
    if (!this.owed.any) return false;
    return ledSince === undefined || !this.clock.hasElapsed(LEASE_MS, Math.max(ledSince, this.vouchedAt));
  }

  async clear(): Promise<boolean> {
    const cleared = async (): Promise<boolean> => {
      await this.store.clear(await this.position());
      return true;
    };
    // Whatever is owed is put out of date with the rest, and a store that hangs is waited for once.
    const done = await this.guarded(cleared, false);
    if (!done) this.defer([GENERAL_SCOPE]);
    return done;
  }

  renewLease(since = performance.now()): Promise<boolean> {
    const renewed = async (): Promise<boolean> => {
      // Whatever is answered: it may have been renewed.
      this.vouchedAt = this.clock.monotonic();
      await this.store.renewLease(since);
      return true;
    };
    return this.attempt(renewed, false);
  }

  /** Looks whether the store has gone back to earlier data; if so, everything is renewed before it is used again. */
  async watch(): Promise<void> {
    await this.attempt(async () => {
      await this.store.watch();
      if (this.wal?.inUse) await this.store.settleWal(() => this.position());
    }, undefined);
  }

  floor(): Promise<ReadFloor> {
    return this.attempt<ReadFloor>(() => this.store.floor(), null);
  }

  stats(): Promise<StoreStats | null> {
    return this.attempt<StoreStats | null>(() => this.store.stats(), null);
  }

  private attempt<Result>(work: () => Promise<Result>, fallback: Result): Promise<Result> {
    return this.guarded(async () => {
      if (this.owed.any) await this.owed.flush();
      return work();
    }, fallback);
  }

  private guarded<Result>(work: () => Promise<Result>, fallback: Result): Promise<Result> {
    return this.breaker.run(work, (error) => {
      if (error !== undefined) this.failed(error);
      return fallback;
    });
  }

  /** Of everything that is committed by now; without replicas nothing is asked. */
  private position(): Promise<WalPosition | undefined> {
    return this.wal?.inUse ? this.wal.position() : UNASKED;
  }

  private async invalidateOrDefer(
    invalidate: (wal: WalPosition | undefined) => Promise<void>,
    all: () => readonly string[],
  ): Promise<boolean> {
    const done = async (): Promise<boolean> => {
      await invalidate(this.wal?.inUse ? await this.wal.position() : undefined);
      return true;
    };
    // What is owed is made together with it: one wait for a store that hangs, not one before the other.
    const isMadeUpFor = this.owed.any && this.breaker.open;
    if (!isMadeUpFor && (await this.attempt(done, false))) return true;
    this.defer(all());
    return false;
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
    // Those who share a payment share its error.
    if (error === this.counted) return;
    this.counted = error;
    this.metrics.errors.inc({ type: 'search_cache' });
    this.logger.debug(error);
  }
}
