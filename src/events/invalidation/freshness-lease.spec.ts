import { expect, it } from '@jest/globals';
import { Clock } from '../../infra/index.js';
import type { CacheInvalidation } from './cache-invalidation.js';
import { FreshnessLease } from './freshness-lease.js';

it('FreshnessLease knows since when no other instance can have vouched for the caches', async () => {
  const clock = new (class extends Clock {
    time = 1_000;
    override now(): number {
      return this.time;
    }
  })();
  const reached = (): Promise<boolean> => Promise.resolve(true);
  const lease = new FreshnessLease({ clear: reached, renewLease: reached } as unknown as CacheInvalidation, clock);
  clock.time += 5_000;
  expect(lease.ledSince).toBe(1_000);
  // Another one leads.
  lease.distrust();
  clock.time += 5_000;
  await lease.keep();
  expect(lease.ledSince).toBe(6_000);
});
