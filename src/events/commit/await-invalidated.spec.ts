import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { type AppConfig, loadConfig } from '../../config/index.js';
import { Clock } from '../../infra/index.js';
import type { CacheInvalidation } from '../invalidation/cache-invalidation.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import { UnreachedCache } from '../invalidation/unreached-cache.js';
import type { EventLog } from '../log/event-log.js';
import type { RelayWakeup } from '../relay/relay-wakeup.js';
import type { LeaderElection } from '../sequencer/leader-election.js';
import { AwaitInvalidated } from './await-invalidated.js';
import { AwaitSequenced } from './await-sequenced.js';

const ONE: AppConfig = loadConfig({ REDIS_URL: 'redis://127.0.0.1' });
const SENTINELS: AppConfig = loadConfig({ REDIS_SENTINELS: '127.0.0.1:1', REDIS_SENTINEL_NAME: 'market' });
const BEFORE = 7;
const OWN = 8;
const LED_SINCE = 1_000;

interface Situation {
  config?: AppConfig;
  leads?: boolean;
  /** Tries after which the cache is reached, and milliseconds that each takes. */
  reachedBy?: number;
  tryTakes?: number;
  /** Of what can't be reached. */
  leaseHasRunOut?: boolean;
  /** Milliseconds after which the change has its position, and after which the leader announces it. */
  sequencedAfter?: number;
  announcedAfter?: number;
  /** The bus brings something every now and then. */
  bus?: 'alive' | 'silent' | 'away';
  logFails?: boolean;
  /** Changes that are acknowledged at the same time. */
  writers?: number;
  /** Milliseconds that the writer has waited for the cache before. */
  waited?: number;
  /** How many changes come one after the other. */
  times?: number;
}

interface Acknowledged {
  /** Milliseconds. */
  after: number;
  tries: number;
  madeUp: boolean;
}

/** What the writer does that couldn't reach a cache; the bus, the log and the cache are not real. */
async function acknowledged(situation: Situation): Promise<Acknowledged> {
  const { config = SENTINELS, tryTakes = 0 } = situation;
  const { leads = false, reachedBy = 99, leaseHasRunOut = false, bus = 'alive', writers = 1 } = situation;
  const { sequencedAfter = 0, announcedAfter = Infinity, logFails = false, waited = 0, times = 1 } = situation;
  const began = performance.now();
  const since = (): number => performance.now() - began;
  const clock = new Clock();
  const makeUp = jest.fn(async (): Promise<boolean> => {
    const isReached = makeUp.mock.calls.length >= reachedBy;
    if (tryTakes > 0) await sleep(tryTakes);
    return isReached;
  });
  const owes = (ledSince?: number): boolean => !(leaseHasRunOut && ledSince === LED_SINCE);
  const word = new LeaderWord(clock);
  word.follow(() => bus !== 'away');
  word.heard(BEFORE);
  const life = setInterval(() => {
    if (bus === 'alive') word.heardBus();
    if (since() >= announcedAfter) word.heard(OWN);
  }, 10);
  if (bus === 'alive') word.heardBus();
  const log = {
    pending: () =>
      logFails
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve(since() < sequencedAfter ? { lastSeq: '9', count: 1 } : { lastSeq: null, count: 0 }),
    head: () => Promise.resolve({ position: since() < sequencedAfter ? BEFORE : OWN }),
  } as unknown as EventLog;
  const sequenced = new AwaitSequenced(log, { committed: () => undefined } as unknown as RelayWakeup, clock);
  const leadership = { held: leads, heldSince: leads ? LED_SINCE : undefined } as LeaderElection;
  const unreached = new UnreachedCache(config, { makeUp, owes } as unknown as CacheInvalidation, leadership);
  const invalidated = new AwaitInvalidated(unreached, leadership, sequenced, word);
  let madeUp = false;
  for (let time = 0; time < times; time += 1) {
    [madeUp] = (await Promise.all(Array.from({ length: writers }, () => invalidated.madeUp(began - waited)))) as [
      boolean,
    ];
  }
  clearInterval(life);
  return { after: since(), tries: makeUp.mock.calls.length, madeUp };
}

/** All at the same time. */
const all = (...situations: Situation[]): Promise<Acknowledged[]> => Promise.all(situations.map(acknowledged));

describe('AwaitInvalidated', () => {
  it('has a follower try until it reaches the cache', async () => {
    expect((await acknowledged({ reachedBy: 3 })).tries).toBe(3);
  });

  it('has a follower wait for the leader, however long that one tries, and no longer', async () => {
    const [soon, late] = await all({ announcedAfter: 0 }, { announcedAfter: 700 });
    expect(soon!.after).toBeLessThan(1_000);
    expect(late!.after).toBeGreaterThanOrEqual(700);
    expect(late!.after).toBeLessThan(1_800);
  });

  it('has a follower give the leader some time while his word cannot come', async () => {
    for (const { after } of await all({ bus: 'away' }, { bus: 'silent' })) {
      expect(after).toBeGreaterThanOrEqual(95);
      expect(after).toBeLessThan(1_500);
    }
  });

  it('has a follower wait until its change has a position, though the log ends before it for a second', async () => {
    const [away, alive] = await all(
      { sequencedAfter: 1_400, bus: 'away' },
      { sequencedAfter: 1_400, announcedAfter: 1_500 },
    );
    expect(away!.after).toBeGreaterThanOrEqual(1_490);
    expect(alive!.after).toBeGreaterThanOrEqual(1_500);
    expect(alive!.after).toBeLessThan(1_950);
  });

  it('has a follower wait two seconds if the leader says nothing, none leads, or the log is away', async () => {
    for (const { after, tries } of await all({}, { sequencedAfter: 9_000 }, { logFails: true })) {
      expect(tries).toBeGreaterThan(5);
      expect(after).toBeGreaterThan(1_900);
      expect(after).toBeLessThan(3_000);
    }
  });

  it('has the leader try for half a second, or less if it has waited before', async () => {
    const [reached, never, waited] = await all(
      { leads: true, reachedBy: 3 },
      { leads: true },
      { leads: true, waited: 9_000 },
    );
    expect(reached!.tries).toBe(3);
    expect(never!.after).toBeGreaterThanOrEqual(490);
    expect(waited!.after).toBeGreaterThanOrEqual(240);
    expect(waited!.after).toBeLessThan(never!.after);
  });

  it('has the leader not wait for what is served no more', async () => {
    const runOut: Situation = { leaseHasRunOut: true, reachedBy: 2 };
    const [leader, ...followers] = await all({ ...runOut, leads: true }, runOut, { ...runOut, config: ONE });
    expect([leader!.tries, leader!.after < 400]).toEqual([0, true]);
    expect(followers.map(({ tries }) => tries)).toEqual([2, 2]);
  });

  it('has the leader wait once for a Redis without successor, and not again while that is in vain', async () => {
    const leads: Situation = { config: ONE, leads: true };
    const [reached, once, again] = await all({ ...leads, reachedBy: 3 }, leads, { ...leads, times: 3 });
    expect(reached!.tries).toBe(3);
    for (const { after } of [once!, again!]) {
      expect(after).toBeGreaterThanOrEqual(490);
      expect(after).toBeLessThan(950);
    }
  });

  it('has each change of the leader wait for one try after a wait in vain for a Redis that hangs', async () => {
    const hangs: Situation = { config: ONE, leads: true, tryTakes: 150, times: 3 };
    const [never, back] = await all(hangs, { ...hangs, reachedBy: 5 });
    for (const { after } of [never!, back!]) {
      expect(after).toBeGreaterThanOrEqual(790);
      expect(after).toBeLessThan(1_400);
    }
    expect([never!.tries, never!.madeUp]).toEqual([5, false]);
    expect([back!.tries, back!.madeUp]).toEqual([5, true]);
  });

  it('has the leader wait as long as ever when the Redis is lost again right after it was reached', async () => {
    let [isReached, owed] = [false, true];
    const makeUp = (): Promise<boolean> => Promise.resolve(isReached);
    const leadership = { held: true, heldSince: LED_SINCE } as LeaderElection;
    const unreached = new UnreachedCache(ONE, { makeUp, owes: () => owed } as unknown as CacheInvalidation, leadership);
    const waited = async (): Promise<number> => {
      const began = performance.now();
      await unreached.madeUp(began);
      return performance.now() - began;
    };
    const outage = async (): Promise<boolean[]> => {
      [isReached, owed] = [false, true];
      return [(await waited()) >= 490, (await waited()) >= 490];
    };
    expect(await outage()).toEqual([true, false]);
    isReached = true;
    await waited();
    expect(await outage()).toEqual([true, false]);
    owed = false;
    await waited();
    expect(await outage()).toEqual([true, false]);
  });

  it('says what the writer has reached itself', async () => {
    const leads: Situation = { leads: true };
    const outcomes = await all({ ...leads, reachedBy: 3 }, leads, { ...leads, leaseHasRunOut: true }, { reachedBy: 2 });
    expect(outcomes.map(({ madeUp }) => madeUp)).toEqual([true, false, true, true]);
  });

  it('shares each try among all who wait', async () => {
    const { tries } = await acknowledged({ leads: true, writers: 200 });
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThanOrEqual(11);
  });

  it('never takes a try for one that began before the change', async () => {
    const answers: ((reached: boolean) => void)[] = [];
    const makeUp = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve));
    const leadership = { held: true, heldSince: LED_SINCE } as LeaderElection;
    const invalidation = { makeUp, owes: () => true } as unknown as CacheInvalidation;
    const unreached = new UnreachedCache(SENTINELS, invalidation, leadership);
    const invalidated = new AwaitInvalidated(unreached, leadership, {} as AwaitSequenced, {} as LeaderWord);
    const done: string[] = [];
    const first = invalidated.madeUp(performance.now()).then(() => done.push('first'));
    while (answers.length === 0) await sleep(1);
    const second = invalidated.madeUp(performance.now()).then(() => done.push('second'));
    answers[0]!(true);
    await first;
    while (answers.length === 1) await sleep(1);
    expect(done).toEqual(['first']);
    answers[1]!(true);
    await second;
  });
});
