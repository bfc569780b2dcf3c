import { expect, it } from '@jest/globals';
import { Clock } from '../../infra/index.js';
import type { CacheInvalidation } from './cache-invalidation.js';
import { FreshnessLease } from './freshness-lease.js';

it('FreshnessLease may hold for ten seconds after a renewal, of this leader or the one before it', async () => {
  const clock = new (class extends Clock {
    time = 1_000;
    override now(): number {
      return this.time;
    }
  })();
  let isReached = true;
  const reached = (): Promise<boolean> => Promise.resolve(isReached);
  const lease = new FreshnessLease({ clear: reached, renewLease: reached } as unknown as CacheInvalidation, clock);
  const holdsFor = (): number => {
    const began = clock.time;
    while (lease.mayHold) clock.time += 500;
    return clock.time - began;
  };
  expect(holdsFor()).toBe(10_000);
  lease.distrust();
  expect(holdsFor()).toBe(10_000);
  await lease.keep();
  expect(holdsFor()).toBe(10_000);
  isReached = false;
  clock.time += 5_000;
  await lease.keep();
  // It may have been renewed before the answer was lost.
  expect(holdsFor()).toBe(10_000);
  await lease.keep();
  expect(holdsFor()).toBe(0);
});
