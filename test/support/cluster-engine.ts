import { type Cluster, Cluster as ClusterClient } from 'ioredis';
import { Metrics } from '../../src/infra/index.js';
import { redisClusterCache } from '../../src/search-cache/redis/redis-cluster-cache.js';
import type { Listing } from '../../src/search-cache/scopes/scope-names.js';
import type { PartitionedCache } from '../../src/search-cache/store/partitioned-cache.js';
import {
  type CachedPage,
  type CacheRead,
  type ScopesOf,
  SearchCacheStore,
  type StoreStats,
  type Tokens,
} from '../../src/search-cache/store/search-cache-store.js';
import { StoppedClock } from './bridge.js';
import { type CacheEngine, OWNER, type StoreOptions } from './cache-engines.js';
import { type RedisCluster, startRedisCluster } from './redis-cluster.js';

/** The partitions as the contract of a store wants them: what isn't done rejects. */
class PartitionedStore extends SearchCacheStore {
  constructor(readonly cache: PartitionedCache) {
    super();
  }

  read(key: string, scopes: readonly string[], listing: Listing | null): Promise<CacheRead> {
    return this.cache.read(key, scopes, listing);
  }

  fill(
    key: string,
    page: CachedPage,
    tokens: Tokens,
    hints: readonly string[],
    listing: Listing | null = null,
  ): Promise<void> {
    return this.cache.fill(key, page, tokens, hints, listing);
  }

  invalidate(scopes: readonly string[]): Promise<void> {
    return done(this.cache.invalidate(scopes));
  }

  invalidateWatched(scopesOf: ScopesOf): Promise<void> {
    return done(this.cache.invalidateWatched(scopesOf));
  }

  clear(): Promise<void> {
    return done(this.cache.clear());
  }

  renewLease(since?: number): Promise<void> {
    return done(this.cache.renewLease(since));
  }

  async stats(): Promise<StoreStats> {
    const stats = await this.cache.stats();
    if (!stats) throw new Error('no partition answers');
    return stats;
  }

  onPossibleRollback(): void {
    // Each partition has a listener of its own.
  }
}

async function done(work: Promise<boolean>): Promise<void> {
  if (!(await work)) throw new Error('not done in all partitions');
}

export interface PartitionedEngine extends CacheEngine {
  cluster: RedisCluster;
  again(): PartitionedStore;
}

/** Three masters and three replicas. */
export async function partitionedEngine(): Promise<PartitionedEngine> {
  const cluster = await startRedisCluster();
  const clients: Cluster[] = [];
  let options: Required<StoreOptions>;
  const masters = () => cluster.client.nodes('master');
  const keys = async (): Promise<string[]> =>
    (await Promise.all(masters().map((node) => node.keys('*')))).flat().sort();
  const lose = async (lost: readonly string[]): Promise<void> => {
    await Promise.all(lost.map((key) => cluster.client.del(key)));
  };
  const again = (): PartitionedStore => {
    const client = new ClusterClient(
      cluster.nodes.map(({ server: { host, port } }) => ({ host, port })),
      { redisOptions: { commandTimeout: 2_000 } },
    );
    client.setMaxListeners(200);
    client.on('error', () => undefined);
    clients.push(client);
    const { maxEntries, ttlSeconds } = options;
    return new PartitionedStore(
      redisClusterCache(client, () => OWNER, maxEntries, ttlSeconds, new Metrics(), new StoppedClock()),
    );
  };
  return {
    cluster,
    async open({ maxEntries = 100, ttlSeconds = 300 } = {}) {
      options = { maxEntries, ttlSeconds };
      for (const client of clients.splice(0)) client.disconnect();
      await cluster.flush();
      return again();
    },
    shared: true,
    again,
    endLease: async () => lose((await keys()).filter((key) => key.endsWith(':lease'))),
    pass: () => undefined,
    keys: async () => (await keys()).filter((key) => !key.endsWith(':lease')),
    lose,
    setFull: () => Promise.reject(new Error('not of a cluster')),
    snapshot: () => Promise.reject(new Error('not of a cluster')),
    async stop() {
      for (const client of clients) client.disconnect();
      await cluster.stop();
    },
  };
}
