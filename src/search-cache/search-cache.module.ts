import { Module } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import { AppConfig } from '../config/index.js';
import { PrimaryWal } from '../database/index.js';
import { EventLog, EventsModule } from '../events/index.js';
import { Clock, Metrics, RedisConnections } from '../infra/index.js';
import { CacheHealth } from './store/cache-health.js';
import { CacheStatsReader } from './http/cache-stats.js';
import { FreshnessProbe } from './pages/freshness-probe.js';
import { CacheController } from './http/cache.controller.js';
import type { CacheOwner } from './redis/cache-keys.js';
import { InProcessCacheStore } from './in-process/in-process-cache-store.js';
import { SearchCacheInvalidator } from './invalidation/search-cache-invalidator.js';
import { PageCache } from './pages/page-cache.js';
import { RedisCacheStore } from './redis/redis-cache-store.js';
import { redisClusterCache } from './redis/redis-cluster-cache.js';
import { SearchCacheMetrics } from './search-cache.metrics.js';
import { SearchCacheService } from './search-cache.service.js';
import { SearchText } from './scopes/search-text.js';
import { ResilientCache } from './store/resilient-cache.js';
import { ResilientCacheStore } from './store/resilient-cache-store.js';

/** Milliseconds a search waits for Redis at most before it goes to the database instead. */
const REDIS_TIMEOUT = 250;
/**
 * Milliseconds between two tries to connect at most: when a failover has ended all connections, an acknowledgement may
 * have to wait for this one, as others may be back already.
 */
const LONGEST_PAUSE = 200;

/** Cached search pages, never served once a change that touches them has been acknowledged. */
@Module({
  imports: [EventsModule],
  controllers: [CacheController],
  providers: [
    {
      provide: ResilientCache,
      inject: [AppConfig, RedisConnections, EventLog, Metrics, Clock, PrimaryWal],
      useFactory: createCache,
    },
    SearchText,
    SearchCacheMetrics,
    FreshnessProbe,
    PageCache,
    SearchCacheInvalidator,
    CacheStatsReader,
    CacheHealth,
    SearchCacheService,
  ],
  exports: [SearchCacheService, CacheHealth],
})
export class SearchCacheModule {}

/** One in the process, in one Redis, or in the partitions of a Redis Cluster. */
function createCache(
  { cacheSize, cacheTtl, inventoryChannel: channel }: AppConfig,
  redis: RedisConnections | null,
  log: EventLog,
  metrics: Metrics,
  clock: Clock,
  wal: PrimaryWal,
): ResilientCache {
  const owner = (): CacheOwner => ({ epoch: log.epoch, channel });
  if (!redis) return new ResilientCacheStore(new InProcessCacheStore(clock, cacheSize, cacheTtl), metrics, clock, wal);
  const connection = redis.openKeyed('search-cache', {
    commandTimeout: REDIS_TIMEOUT,
    retryStrategy: (attempt) => Math.min(50 * attempt, LONGEST_PAUSE),
  });
  return connection.isCluster
    ? redisClusterCache(connection as Cluster, owner, cacheSize, cacheTtl, metrics, clock, wal)
    : new ResilientCacheStore(
        new RedisCacheStore(connection as Redis, owner, cacheSize, cacheTtl),
        metrics,
        clock,
        wal,
      );
}
