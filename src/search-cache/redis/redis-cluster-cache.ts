import type { Cluster } from 'ioredis';
import type { PrimaryWal } from '../../database/index.js';
import type { Clock, Metrics } from '../../infra/index.js';
import { PARTITIONS } from '../scopes/partitions.js';
import { PartitionedCache } from '../store/partitioned-cache.js';
import { ResilientCacheStore } from '../store/resilient-cache-store.js';
import type { CacheOwner } from './cache-keys.js';
import { keepEntryBound } from './entry-bound.js';
import { boundedCopies } from './page-copies.js';
import { RedisCacheStore } from './redis-cache-store.js';

/** The cache in the partitions of a Redis Cluster. @param maxEntries over all of them */
export function redisClusterCache(
  cluster: Cluster,
  owner: () => CacheOwner,
  maxEntries: number,
  ttlSeconds: number,
  metrics: Metrics,
  clock: Clock,
  wal?: PrimaryWal,
): PartitionedCache {
  const copies = boundedCopies();
  const stores = Array.from(
    { length: PARTITIONS },
    (_none, index) => new RedisCacheStore(cluster, owner, maxEntries, ttlSeconds, { index, of: PARTITIONS, copies }),
  );
  return new PartitionedCache(
    stores.map((store) => new ResilientCacheStore(store, metrics, clock, wal)),
    () => keepEntryBound(stores, maxEntries),
  );
}
