import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../infra/index.js';
import type { Metrics } from '../infra/index.js';
import type { RedisOwner } from '../infra/index.js';

/** Seconds; the first request of a key begins its window. */
const WINDOW = 60;
/** Milliseconds during which Redis is left alone after it has failed: one request waits for it, not every one. */
const RETRY_AFTER = 1_000;

export interface Allowance {
  /** Requests; less than was asked for: there are no more in this window. */
  granted: number;
  /** Requests that are left after these, for all who share the quota. */
  left: number;
  /** Milliseconds until the window ends. */
  endsIn: number;
}

/** What is left of each key's requests in its window of a minute. */
export abstract class Quota {
  /** Takes `requests` off, or as many as there are. Never rejects. */
  abstract draw(key: string, requests: number): Promise<Allowance>;
}

/** The quota of one process. */
export class LocalQuota extends Quota {
  private readonly limiter: RateLimiterMemory;

  constructor(limit: number) {
    super();
    this.limiter = new RateLimiterMemory({ points: limit, duration: WINDOW });
  }

  draw(key: string, requests: number): Promise<Allowance> {
    return drawFrom(this.limiter, key, requests);
  }
}

/**
 * The quota that all instances of one database share; without Redis each has one of its own. The package's insurance
 * limiter would do that too, but ask a Redis that hangs again for every slice.
 */
export class RedisQuota extends Quota {
  private readonly limiter: RateLimiterRedis;
  private readonly local: LocalQuota;
  private failedAt = Number.NEGATIVE_INFINITY;

  /** @param redis whose commands fail soon when it doesn't answer */
  constructor(
    redis: Redis | Cluster,
    private readonly owner: RedisOwner,
    limit: number,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    /** Of its keys. */
    keyPrefix = 'rate-limit',
  ) {
    super();
    this.limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix,
      points: limit,
      duration: WINDOW,
    });
    this.local = new LocalQuota(limit);
  }

  async draw(key: string, requests: number): Promise<Allowance> {
    if (this.clock.hasPassed(RETRY_AFTER, this.failedAt)) {
      try {
        return await drawFrom(this.limiter, `${this.owner.tag}:${key}`, requests);
      } catch {
        this.failedAt = this.clock.now();
        this.metrics.errors.inc({ type: 'rate_limit_store' });
      }
    }
    return this.local.draw(key, requests);
  }
}

async function drawFrom(limiter: RateLimiterAbstract, key: string, requests: number): Promise<Allowance> {
  try {
    const { msBeforeNext, remainingPoints } = await limiter.consume(key, requests);
    return { granted: requests, left: remainingPoints, endsIn: msBeforeNext };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    // The last slice may be smaller than the others.
    const before = refusal.consumedPoints - requests;
    return { granted: Math.max(0, limiter.points - before), left: 0, endsIn: refusal.msBeforeNext };
  }
}
