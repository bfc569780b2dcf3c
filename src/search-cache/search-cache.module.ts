import { Module } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { EventLog, EventsModule } from '../events/index.js';
import { Clock, RedisConnections } from '../infra/index.js';
import { CacheHealth } from './store/cache-health.js';
import { CacheStatsReader } from './http/cache-stats.js';
import { FreshnessProbe } from './pages/freshness-probe.js';
import { CacheController } from './http/cache.controller.js';
import { InProcessCacheStore } from './in-process/in-process-cache-store.js';
import { SearchCacheInvalidator } from './invalidation/search-cache-invalidator.js';
import { PageCache } from './pages/page-cache.js';
import { RedisCacheStore } from './redis/redis-cache-store.js';
import { SearchCacheMetrics } from './search-cache.metrics.js';
import { SearchCacheService } from './search-cache.service.js';
import { SearchText } from './scopes/search-text.js';
import { ResilientCacheStore } from './store/resilient-cache-store.js';
import { SearchCacheStore } from './store/search-cache-store.js';

/** Milliseconds a search waits for Redis at most before it goes to the database instead. */
const REDIS_TIMEOUT = 250;

/** Cached search pages, never served once a change that touches them has been acknowledged. */
@Module({
  imports: [EventsModule],
  controllers: [CacheController],
  providers: [
    {
      provide: SearchCacheStore,
      inject: [AppConfig, RedisConnections, EventLog, Clock],
      useFactory: (config: AppConfig, redis: RedisConnections | null, log: EventLog, clock: Clock): SearchCacheStore =>
        redis
          ? new RedisCacheStore(
              redis.open('search-cache', { commandTimeout: REDIS_TIMEOUT }),
              () => ({ epoch: log.epoch, channel: config.inventoryChannel }),
              config.cacheSize,
              config.cacheTtl,
            )
          : new InProcessCacheStore(clock, config.cacheSize, config.cacheTtl),
    },
    SearchText,
    ResilientCacheStore,
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
