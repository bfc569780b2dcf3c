import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { ReadFloor } from '../../database/index.js';
import { HOME_OF_ALL_PRODUCTS, homeOf, homesOfChange, homesOfScopes, scopesIn } from '../scopes/partitions.js';
import type { Listing } from '../scopes/scope-names.js';
import { ResilientCache } from './resilient-cache.js';
import type { ResilientCacheStore } from './resilient-cache-store.js';
import type { CachedPage, CacheRead, ScopesOf, StoreStats, Tokens } from './search-cache-store.js';

/**
 * The cache in a Redis Cluster. A page and all the tokens that it depends on are in the one partition of its listing,
 * so a read is one round trip, and atomic. A change goes to every partition with pages that it may concern, and is
 * done when all of these have said so; nothing has to be atomic over partitions, since no page depends on two.
 *
 * Each partition has a lease of its own. One that doesn't answer is passed by, and the others go on: the leader lets
 * its lease run out, and clears it before renewing it.
 */
export class PartitionedCache extends ResilientCache implements OnApplicationBootstrap, OnModuleDestroy {
  /** Of which this process may vouch for nothing before they have been cleared. */
  private readonly withheld = new Set<ResilientCacheStore>();

  /**
   * @param partitions in their order
   * @param keepBound called by the leader once a second: no partition knows how many entries the others have
   */
  constructor(
    private readonly partitions: readonly ResilientCacheStore[],
    private readonly keepBound: () => Promise<void>,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    for (const partition of this.partitions) partition.onApplicationBootstrap();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.partitions.map((partition) => partition.onModuleDestroy()));
  }

  peek(): CachedPage | undefined {
    return undefined;
  }

  read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    return this.home(listing).read(key, scopes, listing);
  }

  fill(
    key: string,
    page: CachedPage,
    tokens: Tokens,
    hints: readonly string[],
    listing: Listing | null = null,
  ): Promise<void> {
    return this.home(listing).fill(key, page, tokens, hints);
  }

  invalidate(scopes: readonly string[]): Promise<boolean> {
    return this.inEach(homesOfScopes(scopes), (partition, home) => partition.invalidate(scopesIn(home, scopes)));
  }

  invalidateWatched(scopesOf: ScopesOf): Promise<boolean> {
    return this.inEach(homesOfChange(scopesOf), (partition, home) =>
      partition.invalidateWatched(scopesOfHome(home, scopesOf)),
    );
  }

  async invalidateOrWithhold(scopesOf: ScopesOf, ledSince?: number): Promise<boolean> {
    await this.inEach(homesOfChange(scopesOf), (partition, home) =>
      partition.invalidateOrWithhold(scopesOfHome(home, scopesOf), ledSince),
    );
    return true;
  }

  async makeUp(ledSince?: number): Promise<boolean> {
    return (await Promise.all(this.partitions.map((partition) => partition.makeUp(ledSince)))).every(Boolean);
  }

  owes(ledSince?: number): boolean {
    return this.partitions.some((partition) => partition.owes(ledSince));
  }

  async clear(): Promise<boolean> {
    const cleared = await Promise.all(this.partitions.map((partition) => this.clearOne(partition)));
    return cleared.some(Boolean);
  }

  async renewLease(since = performance.now()): Promise<boolean> {
    const renewed = await Promise.all(
      this.partitions.map(async (partition) => {
        if (this.withheld.has(partition) && !(await this.clearOne(partition))) return false;
        return partition.renewLease(since);
      }),
    );
    void this.keepBound();
    return renewed.some(Boolean);
  }

  floor(): Promise<ReadFloor> {
    return this.partitions[HOME_OF_ALL_PRODUCTS]!.floor();
  }

  /** The lease is the shortest of all: 0 if some partition is away. */
  async stats(): Promise<StoreStats | null> {
    const all = await Promise.all(this.partitions.map((partition) => partition.stats()));
    const known = all.filter((stats) => stats !== null);
    if (known.length === 0) return null;
    const sum = (key: 'entries' | 'evictions'): number => known.reduce((total, stats) => total + stats[key], 0);
    const leaseMs = known.length < all.length ? 0 : Math.min(...known.map((stats) => stats.leaseMs));
    return { entries: sum('entries'), evictions: sum('evictions'), leaseMs };
  }

  private home(listing: Listing | null): ResilientCacheStore {
    return this.partitions[homeOf(listing)]!;
  }

  private async clearOne(partition: ResilientCacheStore): Promise<boolean> {
    // What fails meanwhile withholds it again.
    this.withheld.delete(partition);
    const cleared = await partition.clear();
    if (!cleared) this.withheld.add(partition);
    return cleared;
  }

  private async inEach(
    homes: ReadonlySet<number>,
    work: (partition: ResilientCacheStore, home: number) => Promise<boolean>,
  ): Promise<boolean> {
    const done = await Promise.all(
      [...homes].map(async (home) => {
        const partition = this.partitions[home]!;
        if (await work(partition, home)) return true;
        this.withheld.add(partition);
        return false;
      }),
    );
    return done.every(Boolean);
  }
}

/** Of a change those in one partition. */
const scopesOfHome =
  (home: number, scopesOf: ScopesOf): ScopesOf =>
  (isWatched) =>
    scopesIn(
      home,
      scopesOf((listing) => homeOf(listing) === home && isWatched(listing)),
    );
