import { beforeEach, expect, it } from '@jest/globals';
import { anEvent } from '../../../test/support/events.js';
import { Clock } from '../../infra/index.js';
import type { CacheInvalidation } from './cache-invalidation.js';
import { FreshnessLease } from './freshness-lease.js';

const clock = new (class extends Clock {
  time = 1_000;
  override now(): number {
    return this.time;
  }
})();

beforeEach(() => {
  clock.time = 1_000;
});

it('FreshnessLease knows since when no other instance can have vouched for the caches', async () => {
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

it('FreshnessLease tries once a second to clear what is out of reach, however many batches there are', async () => {
  let cleared = 0;
  const away = (): Promise<boolean> => Promise.resolve(false);
  const lease = new FreshnessLease(
    {
      isDone: () => false,
      invalidateOrWithhold: away,
      clear: () => away().finally(() => (cleared += 1)),
    } as unknown as CacheInvalidation,
    clock,
  );
  for (let batch = 0; batch < 20; batch += 1) {
    await lease.invalidate([anEvent()]);
    await lease.keep();
    clock.time += 100;
  }
  expect(cleared).toBe(2);
  // A new leader clears them before anything else.
  lease.distrust();
  await lease.invalidate([anEvent()]);
  expect(cleared).toBe(3);
});
