import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import { anEvent } from '../../../test/support/events.js';
import type { LeaderConnections, LeaderElection } from '../sequencer/leader-election.js';
import type { CacheInvalidation } from './cache-invalidation.js';
import { FreshnessLease } from './freshness-lease.js';

const LED_AT = 7;

describe('FreshnessLease', () => {
  const clock = new StoppedClock();
  let calls: unknown[];
  let isReached: boolean;
  /** What happens while the caches are cleared. */
  let meanwhile: () => void;
  let current: LeaderConnections | null;
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
    lease = new FreshnessLease(
      invalidation as unknown as CacheInvalidation,
      leadership as unknown as LeaderElection,
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
});
