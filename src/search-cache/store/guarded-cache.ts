import { Injectable, Logger } from '@nestjs/common';
import { Clock, Metrics } from '../../infra/index.js';
import { GENERAL_SCOPE } from '../scopes/scope-names.js';
import { CircuitBreaker } from './circuit-breaker.js';
import {
  type CachedPage,
  type CacheRead,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from './search-cache-store.js';

/** Renewals remembered while the store is away; beyond it everything is renewed instead. */
const OWED_LIMIT = 10_000;

/**
 * The store as the product uses it: never rejects and never makes anybody wait long. Away means bypass for reads;
 * renewals that couldn't be made are owed and paid before anything else once the store is back.
 */
@Injectable()
export class GuardedCache {
  private readonly logger = new Logger('SearchCache');
  private readonly breaker: CircuitBreaker;
  private owed = new Set<string>();

  constructor(
    private readonly store: SearchCacheStore,
    private readonly metrics: Metrics,
    clock: Clock,
  ) {
    this.breaker = new CircuitBreaker(clock);
  }

  read(key: string, scopes: readonly string[]): Promise<CacheRead> {
    return this.attempt<CacheRead>(() => this.store.read(key, scopes), { result: 'bypass' });
  }

  async fill(key: string, page: CachedPage, tokens: Tokens, hints: readonly string[]): Promise<void> {
    await this.attempt(() => this.store.fill(key, page, tokens, hints), undefined);
  }

  /** @returns whether it was done; if not, it will be, before this instance uses the store again */
  async renew(scopes: readonly string[]): Promise<boolean> {
    const done = await this.attempt(() => this.store.renew(scopes).then(() => true), false);
    if (!done) this.owe(scopes);
    return done;
  }

  clear(): Promise<boolean> {
    return this.attempt(() => this.store.clear().then(() => true), false);
  }

  renewLease(): Promise<boolean> {
    return this.attempt(() => this.store.renewLease().then(() => true), false);
  }

  stats(): Promise<StoreStats | null> {
    return this.attempt<StoreStats | null>(() => this.store.stats(), null);
  }

  private attempt<Result>(work: () => Promise<Result>, fallback: Result): Promise<Result> {
    return this.breaker.run(
      async () => {
        if (this.owed.size > 0) await this.pay();
        return work();
      },
      (error) => {
        if (error !== undefined) this.failed(error);
        return fallback;
      },
    );
  }

  private async pay(): Promise<void> {
    const scopes = [...this.owed];
    await this.store.renew(scopes);
    for (const scope of scopes) this.owed.delete(scope);
  }

  private owe(scopes: readonly string[]): void {
    for (const scope of scopes) this.owed.add(scope);
    if (this.owed.size > OWED_LIMIT) this.owed = new Set([GENERAL_SCOPE]);
  }

  private failed(error: unknown): void {
    this.metrics.errors.inc({ type: 'search_cache' });
    this.logger.debug(error);
  }
}
