import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { StoppedClock } from '../../../test/support/bridge.js';
import { FaultyCacheStore } from '../../../test/support/faulty-cache-store.js';
import { Metrics } from '../../infra/index.js';
import { InProcessCacheStore } from '../in-process/in-process-cache-store.js';
import { PARTITIONS } from '../scopes/partitions.js';
import { GENERAL_SCOPE } from '../scopes/scope-names.js';
import { PartitionedCache } from './partitioned-cache.js';
import { ResilientCacheStore } from './resilient-cache-store.js';

const DEAD = 1;

Logger.overrideLogger(false);

const clock = new StoppedClock();
let metrics: Metrics;
let stores: FaultyCacheStore[];
let cache: PartitionedCache;

beforeEach(() => {
  metrics = new Metrics();
  stores = Array.from({ length: PARTITIONS }, () => new FaultyCacheStore(new InProcessCacheStore(clock, 100, 300)));
  const partitions = stores.map((store) => new ResilientCacheStore(store, metrics, clock));
  cache = new PartitionedCache(partitions, () => Promise.resolve());
});
afterEach(async () => {
  await cache.onModuleDestroy();
  metrics.registry.clear();
});

it('A partition that stays away is passed by when its lease has run out, while the others keep theirs', async () => {
  const ledSince = clock.time;
  await cache.renewLease();
  stores[DEAD]!.cut = true;
  const invalidate = () => cache.invalidateOrWithhold(() => [GENERAL_SCOPE]);
  for (let second = 0; second < 9; second += 1) {
    clock.time += 1_000;
    await invalidate();
    expect(await cache.renewLease()).toBe(true);
    expect([cache.owes(ledSince), await cache.makeUp(ledSince)]).toEqual([true, false]);
  }
  clock.time += 1_000;
  await invalidate();
  for (const store of stores) store.calls.length = 0;
  // Another instance that led may have vouched for it.
  expect([cache.owes(ledSince), cache.owes()]).toEqual([false, true]);
  expect(await cache.makeUp(ledSince)).toBe(true);
  expect(stores.flatMap(({ calls }) => calls)).toEqual([]);
  // What another one couldn't take is waited for as before.
  stores[DEAD + 1]!.cut = true;
  await invalidate();
  expect([cache.owes(ledSince), await cache.makeUp(ledSince)]).toEqual([true, false]);
  stores[DEAD + 1]!.cut = false;
  expect([await cache.makeUp(ledSince), cache.owes(ledSince)]).toEqual([true, false]);
  // It comes back: cleared, then vouched for.
  stores[DEAD]!.cut = false;
  clock.time += 1_000;
  stores[DEAD]!.calls.length = 0;
  await cache.renewLease();
  expect(stores[DEAD]!.calls).toEqual(['clear', expect.stringMatching('invalidate'), 'lease']);
  expect(cache.owes()).toBe(false);
});
