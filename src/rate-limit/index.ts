import type { AppConfig } from '../config/index.js';
import type { Clock } from '../infra/clock/clock.js';
import type { Metrics } from '../infra/metrics/metrics.js';
import type { RedisConnections, RedisOwner } from '../infra/redis/index.js';
import { LocalQuota, RedisQuota } from './quota.js';
import { RateLimits } from './rate-limits.js';

export { ClientAddresses } from './client-addresses.js';
export { limitKey, type LimitRequest, limitRequests } from './rate-limit.hook.js';
export { RateLimits };

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
    ? new RedisQuota(redis.open('rate-limit', { commandTimeout: REDIS_TIMEOUT }), owner, rateLimit, metrics, clock)
    : new LocalQuota(rateLimit);
  return new RateLimits(rateLimit, quota);
}
