import { describe, expect, it, jest } from '@jest/globals';
import { type AppConfig, loadConfig } from '../../config/index.js';
import { Clock } from '../../infra/index.js';
import type { CacheInvalidation } from '../invalidation/cache-invalidation.js';
import type { FreshnessLease } from '../invalidation/freshness-lease.js';
import type { LeaderWord } from '../invalidation/leader-word.js';
import type { LeaderElection } from '../sequencer/leader-election.js';
import { AwaitInvalidated } from './await-invalidated.js';
import type { AwaitSequenced } from './await-sequenced.js';

const ONE: AppConfig = loadConfig({ REDIS_URL: 'redis://127.0.0.1' });
const SENTINELS: AppConfig = loadConfig({ REDIS_SENTINELS: '127.0.0.1:1', REDIS_SENTINEL_NAME: 'market' });
const never = new Promise<never>(() => undefined);

interface Situation {
  config: AppConfig;
  leads: boolean;
  /** Tries after which the cache is reached. */
  reachedBy?: number;
  leaseMayHold?: boolean;
  /** Until the leader's word comes. */
  word?: Promise<void>;
  sequenced?: Promise<number>;
}

/** How often the cache is tried before the acknowledgement goes out. */
async function triesUntilAcknowledged({ config, leads, reachedBy = 99, ...rest }: Situation): Promise<number> {
  const { leaseMayHold = true, word = never, sequenced = Promise.resolve(7) } = rest;
  const makeUp = jest.fn(() => Promise.resolve(makeUp.mock.calls.length >= reachedBy));
  await new AwaitInvalidated(
    config,
    { makeUp } as unknown as CacheInvalidation,
    { mayHold: leaseMayHold } as FreshnessLease,
    { held: leads } as LeaderElection,
    { all: () => sequenced } as AwaitSequenced,
    { given: () => word } as unknown as LeaderWord,
    new Clock(),
  ).madeUp();
  return makeUp.mock.calls.length;
}

describe('AwaitInvalidated', () => {
  it('has a follower try until it reaches the cache', async () => {
    expect(await triesUntilAcknowledged({ config: ONE, leads: false, reachedBy: 3 })).toBe(3);
  });

  it('has a follower wait for the leader no longer than needed', async () => {
    expect(await triesUntilAcknowledged({ config: ONE, leads: false, word: Promise.resolve() })).toBe(0);
  });

  it('has a follower wait for two seconds if the leader says nothing, or the log does not answer', async () => {
    const began = performance.now();
    const failing = Promise.reject(new Error('no answer'));
    const situations = [{}, { sequenced: failing }].map((rest) => ({ config: ONE, leads: false, ...rest }));
    const tries = await Promise.all(situations.map(triesUntilAcknowledged));
    expect(Math.min(...tries)).toBeGreaterThan(5);
    expect(performance.now() - began).toBeGreaterThan(1_900);
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('has the leader try until it reaches a Redis that may have a successor', async () => {
    expect(await triesUntilAcknowledged({ config: SENTINELS, leads: true, reachedBy: 3 })).toBe(3);
  });

  it('keeps the leader from waiting for a Redis that has none, or when its lease has run out', async () => {
    expect(await triesUntilAcknowledged({ config: ONE, leads: true })).toBe(0);
    expect(await triesUntilAcknowledged({ config: SENTINELS, leads: true, leaseMayHold: false })).toBe(0);
  });
});
