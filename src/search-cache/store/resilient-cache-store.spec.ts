import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { StoppedClock } from '../../../test/support/bridge.js';
import { FaultyCacheStore } from '../../../test/support/faulty-cache-store.js';
import { Metrics } from '../../infra/index.js';
import { InProcessCacheStore } from '../in-process/in-process-cache-store.js';
import { GENERAL_SCOPE } from '../scopes/scope-names.js';
import { ResilientCacheStore } from './resilient-cache-store.js';
import type { Tokens } from './search-cache-store.js';

const S = 'search:cache:category:spices#set';
const SCOPES = [GENERAL_SCOPE, S];
const PAGE = { body: Buffer.from('{}'), etag: '"1"' };

Logger.overrideLogger(false);

describe('the guarded cache', () => {
  const clock = new StoppedClock();
  const inner = new InProcessCacheStore(clock, 100, 300);
  let store: FaultyCacheStore;
  let cache: ResilientCacheStore;
  let metrics: Metrics;

  beforeEach(async () => {
    jest.useFakeTimers();
    clock.ahead = 0;
    await inner.clear();
    await inner.renewLease();
    store = new FaultyCacheStore(inner);
    metrics = new Metrics();
    cache = new ResilientCacheStore(store, metrics, clock);
  });
  afterEach(async () => {
    await cache.onModuleDestroy();
    metrics.registry.clear();
    jest.useRealTimers();
  });

  /** What another process, whose way to the store is whole, gets. */
  const elsewhere = async () => (await inner.read('a', SCOPES, null)).result;
  const tokens = async (): Promise<Tokens> => {
    const read = await inner.read('a', SCOPES, null);
    return read.result === 'miss' ? read.tokens : new Map();
  };
  const fill = async () => inner.fill('a', PAGE, await tokens(), []);
  const later = (): void => {
    clock.time += 1_000;
  };
  /** The circuit opens: for a second no call is tried. */
  const fail = async (): Promise<void> => {
    store.cut = true;
    await cache.read('a', SCOPES, null);
  };

  it('hands everything on', async () => {
    const read = await cache.read('a', SCOPES, null);
    expect(read.result).toBe('miss');
    await cache.fill('a', PAGE, read.result === 'miss' ? read.tokens : new Map(), []);
    expect(await cache.read('a', SCOPES, null)).toEqual({ result: 'hit', page: PAGE });
    expect(await cache.invalidate([S])).toBe(true);
    expect((await cache.read('a', SCOPES, null)).result).toBe('miss');
    expect([await cache.clear(), await cache.renewLease()]).toEqual([true, true]);
    expect(await cache.stats()).toMatchObject({ entries: 0 });
  });

  it('rejects nothing when the store is out of reach, and counts it', async () => {
    store.cut = true;
    expect(await cache.read('a', SCOPES, null)).toEqual({ result: 'bypass' });
    await cache.fill('a', PAGE, new Map(), []);
    expect(await cache.invalidate([S])).toBe(false);
    expect([await cache.clear(), await cache.renewLease(), await cache.stats()]).toEqual([false, false, null]);
    expect(await metrics.registry.getSingleMetricAsString('errors_total')).toMatch(/type="search_cache"\} [1-9]/);
  });

  it('lets no reader wait for a store that has just failed, and comes back by itself', async () => {
    store.cut = true;
    store.hold();
    const waiting = Array.from({ length: 50 }, () => cache.read('a', SCOPES, null));
    store.release();
    expect((await Promise.all(waiting)).every(({ result }) => result === 'bypass')).toBe(true);
    const asked = store.calls.length;
    store.hold();
    for (let read = 0; read < 50; read += 1) expect((await cache.read('a', SCOPES, null)).result).toBe('bypass');
    expect(store.calls).toHaveLength(asked);

    later();
    // One tries for all of them.
    const probe = cache.read('a', SCOPES, null);
    for (let read = 0; read < 50; read += 1) expect((await cache.read('a', SCOPES, null)).result).toBe('bypass');
    expect(store.calls).toHaveLength(asked + 1);
    store.release();
    await probe;
    store.cut = false;
    later();
    expect((await cache.read('a', SCOPES, null)).result).toBe('miss');
    expect((await cache.read('a', SCOPES, null)).result).toBe('miss');
  });

  describe('invalidations that could not be made', () => {
    it('are made before the next read', async () => {
      await fill();
      store.cut = true;
      expect(await cache.invalidate([S])).toBe(false);
      store.cut = false;
      store.calls.length = 0;
      later();
      expect((await cache.read('a', SCOPES, null)).result).toBe('miss');
      expect(store.calls).toEqual([`invalidate ${S}`, 'read a']);
      await cache.read('a', SCOPES, null);
      expect(store.calls).toEqual([`invalidate ${S}`, 'read a', 'read a']);
    });

    it('are of all listings: which ones are watched by the time they are made nobody knows', async () => {
      await fill();
      store.cut = true;
      expect(
        await cache.invalidateWatched((isWatched) => (isWatched({ vendor: '*', category: 'spices' }) ? [S] : [])),
      ).toBe(false);
      store.cut = false;
      later();
      expect((await cache.read('a', SCOPES, null)).result).toBe('miss');
    });

    it('are made without any call, since others may read what is out of date', async () => {
      await fill();
      store.cut = true;
      await cache.invalidate([S]);
      expect(await elsewhere()).toBe('hit');
      store.cut = false;
      later();
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await elsewhere()).toBe('miss');
      expect(jest.getTimerCount()).toBe(0);
    });

    it('are tried again and again', async () => {
      await fill();
      store.cut = true;
      await cache.invalidate([S]);
      for (let second = 0; second < 5; second += 1) {
        later();
        await jest.advanceTimersByTimeAsync(1_000);
      }
      expect(await elsewhere()).toBe('hit');
      store.cut = false;
      later();
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await elsewhere()).toBe('miss');
    });

    it('include those of changes made while others are being made up for', async () => {
      store.cut = true;
      await cache.invalidate([S]);
      store.cut = false;
      later();
      store.hold();
      const probe = cache.read('a', SCOPES, null);
      await jest.advanceTimersByTimeAsync(0);
      // The scope has just been invalidated; a reader elsewhere reads its token, then the database, then comes the
      // change.
      const before = await tokens();
      const invalidation = cache.invalidate([S]).then(() => cache.makeUp());
      store.release();
      await probe;
      expect(await invalidation).toBe(true);
      await inner.fill('a', PAGE, before, []);
      expect(await elsewhere()).toBe('miss');
    });

    it('become one of everything when there are too many', async () => {
      await fill();
      store.cut = true;
      for (let part = 0; part < 11; part += 1) {
        await cache.invalidate(Array.from({ length: 1_000 }, (_none, index) => `product:${part}-${index}`));
      }
      store.cut = false;
      store.calls.length = 0;
      later();
      await cache.read('a', SCOPES, null);
      expect(store.calls).toEqual([`invalidate ${GENERAL_SCOPE}`, 'read a']);
      expect(await elsewhere()).toBe('miss');
    });
  });

  it('invalidates even while readers are spared a try, for who asks for it: a change is about to be acknowledged', async () => {
    await fill();
    await fail();
    store.cut = false;
    store.calls.length = 0;
    // First others are told, who may reach the store.
    expect([await cache.invalidate([S]), store.calls]).toEqual([false, []]);
    expect([await cache.makeUp(), cache.owes()]).toEqual([true, false]);
    expect(await elsewhere()).toBe('miss');
  });

  it('has the leader, whom no other makes up for, try only as long as some lease may hold', async () => {
    const ledSince = clock.time;
    await cache.renewLease();
    await fail();
    const tried = async (): Promise<unknown[]> => {
      store.calls.length = 0;
      return [await cache.invalidateOrWithhold(() => [S], ledSince), store.calls];
    };
    clock.time += 500;
    expect(await tried()).toEqual([false, [`invalidate ${S}`]]);
    clock.time += 9_500;
    expect(await tried()).toEqual([true, []]);
    expect(cache.owes()).toBe(true);
  });

  it('owes the leader nothing once no lease can hold any more', async () => {
    const ledSince = clock.time;
    clock.time += 4_000;
    await cache.renewLease();
    store.cut = true;
    expect(await cache.invalidate([S])).toBe(false);
    clock.time += 9_999;
    // Another leader before may have vouched later than this one has known.
    expect([cache.owes(), cache.owes(ledSince), cache.owes(clock.time)]).toEqual([true, true, true]);
    expect(await cache.makeUp(ledSince)).toBe(false);
    clock.time += 1;
    expect([cache.owes(), cache.owes(ledSince), cache.owes(ledSince + 5_000)]).toEqual([true, false, true]);
    store.calls.length = 0;
    expect([await cache.makeUp(ledSince), await cache.makeUp()]).toEqual([true, false]);
    expect(store.calls).toEqual([`invalidate ${S}`]);
    // It is paid all the same, and before the store is vouched for again.
    store.cut = false;
    store.calls.length = 0;
    expect(await cache.renewLease()).toBe(true);
    expect(store.calls).toEqual([`invalidate ${S}`, 'lease']);
  });

  it.each([-3_600_000, 3_600_000])('knows how long a lease may hold when the machine is set by %i ms', async (by) => {
    const ledSince = clock.time;
    await cache.renewLease();
    store.cut = true;
    await cache.invalidate([S]);
    clock.ahead += by;
    clock.time += 9_999;
    expect([cache.owes(ledSince), await cache.makeUp(ledSince)]).toEqual([true, false]);
    clock.time += 1;
    expect(cache.owes(ledSince)).toBe(false);
  });

  it('counts a failure once, however many wait for it', async () => {
    await fail();
    const failures = async (): Promise<number> => {
      const text = await metrics.registry.getSingleMetricAsString('errors_total');
      return Number(/type="search_cache"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const before = await failures();
    store.hold();
    const invalidations = Array.from({ length: 100 }, async (_none, index) => {
      await cache.invalidate([`product:${index}`]);
      return cache.makeUp();
    });
    await jest.advanceTimersByTimeAsync(0);
    store.release();
    await Promise.all(invalidations);
    expect((await failures()) - before).toBeLessThanOrEqual(2);
  });

  it('sends no more than one invalidation at a time to a store that hangs', async () => {
    await fail();
    store.hold();
    store.calls.length = 0;
    const invalidations = Array.from({ length: 100 }, async (_none, index) => {
      await cache.invalidate([`product:${index}`]);
      return cache.makeUp();
    });
    await jest.advanceTimersByTimeAsync(0);
    expect(store.calls).toHaveLength(1);
    store.cut = false;
    store.release();
    await Promise.all(invalidations);
    expect(store.calls.length).toBeLessThanOrEqual(3);
    later();
    store.calls.length = 0;
    await cache.read('a', SCOPES, null);
    expect(store.calls).toEqual(['read a']);
  });

  it('makes up for a clearing as well', async () => {
    await fill();
    await fail();
    expect(await cache.clear()).toBe(false);
    store.cut = false;
    later();
    expect((await cache.read('a', SCOPES, null)).result).toBe('miss');
  });

  it('trusts nothing that was there before a reconnection', async () => {
    await fill();
    expect((await cache.read('a', SCOPES, null)).result).toBe('hit');
    store.reconnect();
    expect((await cache.read('a', SCOPES, null)).result).toBe('miss');
    await fill();
    expect((await cache.read('a', SCOPES, null)).result).toBe('hit');
  });
});
