import type { AppConfig } from '../config/index.js';
import type { Clock, Metrics, RedisConnections, RedisOwner } from '../infra/index.js';
import { ItemQuota } from './item-quota.js';
import { LocalQuota, RedisQuota } from './quota.js';
import { RateLimits } from './rate-limits.js';

/** Milliseconds a request may wait for Redis. */
const REDIS_TIMEOUT = 100;

/** `RATE_LIMIT`, over all instances of one database if there is a Redis. */
export function createRateLimits(
  { rateLimit }: AppConfig,
  redis: RedisConnections | null,
  owner: RedisOwner,
  metrics: Metrics,
  clock: Clock,
): RateLimits {
  if (rateLimit === 0) return new RateLimits(0, null);
  const quota = redis
    ? new RedisQuota(redis.openKeyed('rate-limit', { commandTimeout: REDIS_TIMEOUT }), owner, rateLimit, metrics, clock)
    : new LocalQuota(rateLimit);
  return new RateLimits(rateLimit, quota);
}

/** `ITEM_RATE_LIMIT`, shared in the same way. */
export function createItemQuota(
  { itemRateLimit }: AppConfig,
  redis: RedisConnections | null,
  owner: RedisOwner,
  metrics: Metrics,
  clock: Clock,
): ItemQuota {
  if (itemRateLimit === 0) return new ItemQuota(null);
  if (!redis) return new ItemQuota(new LocalQuota(itemRateLimit));
  const connection = redis.openKeyed('item-rate-limit', { commandTimeout: REDIS_TIMEOUT });
  return new ItemQuota(new RedisQuota(connection, owner, itemRateLimit, metrics, clock, 'item-rate-limit'));
}
