import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import { anEvent } from '../../../test/support/events.js';
import type { LeaderConnections, LeaderElection } from '../sequencer/leader-election.js';
import type { CacheInvalidation } from './cache-invalidation.js';
import { FreshnessLease } from './freshness-lease.js';
import type { UnreachedCache } from './unreached-cache.js';

const LED_AT = 7;

describe('FreshnessLease', () => {
  const clock = new StoppedClock();
  let calls: unknown[];
  let isReached: boolean;
  /** What happens while the caches are cleared. */
  let meanwhile: () => void;
  let current: LeaderConnections | null;
  let unreached: { failsOver: boolean; madeUp: () => Promise<boolean>; beforeFirstWord: () => Promise<void> };
  let lease: FreshnessLease;

  const lead = (): void => void (current = { since: clock.time } as LeaderConnections);
  const keep = async (): Promise<unknown[]> => {
    calls = [];
    await lease.keep(LED_AT);
    return calls;
  };

  beforeEach(() => {
    clock.time = 1_000_000;
    [calls, isReached, meanwhile] = [[], true, () => undefined];
    lead();
    const invalidation = {
      isDone: () => false,
      invalidateOrWithhold: (_events: unknown, ledSince: unknown) => {
        calls.push(['invalidate', ledSince]);
        return Promise.resolve(isReached);
      },
      clear: () => {
        calls.push('clear');
        meanwhile();
        return Promise.resolve(isReached);
      },
      renewLease: (since: number) => {
        calls.push(['renew', since]);
        return Promise.resolve(isReached);
      },
    };
    const leadership = {
      get current() {
        return current;
      },
      get held() {
        return current !== null;
      },
      get heldSince() {
        return current?.since;
      },
    };
    unreached = {
      failsOver: true,
      madeUp: () => Promise.resolve(isReached || (isReached = calls.push('try again') > 0)),
      beforeFirstWord: () => Promise.resolve(void (isReached || calls.push('try first'))),
    };
    lease = new FreshnessLease(
      invalidation as unknown as CacheInvalidation,
      leadership as unknown as LeaderElection,
      unreached as unknown as UnreachedCache,
      clock,
    );
  });

  it('is renewed once a second, as of when this instance led for certain', async () => {
    expect(await keep()).toEqual(['clear', ['renew', LED_AT]]);
    clock.time += 999;
    expect(await keep()).toEqual([]);
    clock.time += 1;
    expect(await keep()).toEqual([['renew', LED_AT]]);
  });

  it('is not renewed by an instance that leads no more', async () => {
    await keep();
    clock.time += 1_000;
    current = null;
    expect(await keep()).toEqual([]);
    lead();
    meanwhile = () => (current = null);
    expect(await keep()).toEqual(['clear']);
  });

  it('is renewed under another leadership of this instance only when the caches have been cleared under it', async () => {
    await keep();
    clock.time += 1_000;
    lead();
    meanwhile = lead;
    expect(await keep()).toEqual(['clear']);
    meanwhile = () => undefined;
    expect(await keep()).toEqual(['clear', ['renew', LED_AT]]);
  });

  it('tells caches since when no other instance can have vouched for them', async () => {
    await lease.invalidate([anEvent()]);
    clock.time += 5_000;
    lead();
    await lease.invalidate([anEvent()]);
    expect(calls.filter((call) => call !== 'clear')).toEqual([
      ['invalidate', 1_000_000],
      ['invalidate', 1_005_000],
    ]);
  });

  it('has caches out of reach cleared once a second, however many batches there are, and by a new leader at once', async () => {
    isReached = false;
    for (let batch = 0; batch < 20; batch += 1) {
      await lease.invalidate([anEvent()]);
      await lease.keep(LED_AT);
      clock.time += 100;
    }
    const cleared = (): number => calls.filter((call) => call === 'clear').length;
    expect(cleared()).toBe(2);
    lead();
    await lease.invalidate([anEvent()]);
    expect(cleared()).toBe(3);
  });

  it('has a new leader try before a heartbeat announces what the one before has sequenced', async () => {
    isReached = false;
    expect(await keep()).toEqual(['clear', 'try first']);
    clock.time += 1_000;
    expect(await keep()).toEqual(['clear']);
    lead();
    expect(await keep()).toEqual(['clear', 'try first']);
    [calls, isReached] = [[], true];
    clock.time += 1_000;
    await keep();
    clock.time += 1_000;
    isReached = false;
    expect(await keep()).toEqual([['renew', LED_AT]]);
    expect(await keep()).toEqual(['clear']);
  });

  it.each(['batch', 'backlog'])('has a new leader try before its first %s, after its writer too', async (of) => {
    isReached = false;
    await (of === 'batch' ? lease.invalidate([anEvent()], true) : lease.invalidateAll(true));
    expect(calls.slice(-2)).toEqual(['clear', 'try first']);
    clock.time += 1_000;
    calls = [];
    await (of === 'batch' ? lease.invalidate([anEvent()], true) : lease.invalidateAll(true));
    expect(calls.at(-1)).toBe('clear');
  });

  it('is kept over a moment without the one Redis', async () => {
    unreached.failsOver = false;
    await keep();
    [calls, isReached] = [[], false];
    await lease.invalidate([anEvent()]);
    clock.time += 1_000;
    await lease.keep(LED_AT);
    expect(calls).toEqual([['invalidate', undefined], 'try again', ['renew', LED_AT]]);
  });

  it('has the one Redis tried again before what could not be put out of date is announced, but not after its writer', async () => {
    unreached.failsOver = false;
    await lease.invalidate([anEvent()]);
    expect(calls).toEqual([['invalidate', undefined], 'clear']);
    const after = async (work: () => Promise<void>): Promise<unknown[]> => {
      [calls, isReached] = [[], false];
      await work();
      return calls;
    };
    expect(await after(() => lease.invalidate([anEvent()]))).toEqual([['invalidate', undefined], 'try again']);
    expect(await after(() => lease.invalidateAll())).toEqual(['clear', 'try again']);
    expect(await after(() => lease.invalidate([anEvent()], true))).toEqual([['invalidate', undefined]]);
    clock.time += 1_000;
    expect(await after(() => lease.invalidateAll(true))).toEqual(['clear']);
    unreached.failsOver = true;
    expect(await after(() => lease.invalidate([anEvent()]))).toEqual([['invalidate', current!.since]]);
  });
});
