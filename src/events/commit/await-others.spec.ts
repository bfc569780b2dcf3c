import { describe, expect, it } from '@jest/globals';
import { type AppConfig, loadConfig } from '../../config/index.js';
import { Clock } from '../../infra/index.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import type { EventLog } from '../log/event-log.js';
import type { RelayWakeup } from '../relay/relay-wakeup.js';
import { AwaitOthers } from './await-others.js';
import { AwaitSequenced } from './await-sequenced.js';

const REDIS: AppConfig = loadConfig({ REDIS_URL: 'redis://127.0.0.1' });
const BEFORE = 7;
const OF_OTHER = 8;

interface Situation {
  config?: AppConfig;
  /** Milliseconds since the changes, by the clocks of those who have made them: this instance's may be behind. */
  ages?: number[];
  /** Milliseconds after which the change has its position, and after which the leader announces it. */
  sequencedAfter?: number;
  announcedAfter?: number;
  log?: 'answers' | 'fails' | 'hangs';
  /** Milliseconds for which it is so. */
  logFor?: number;
}

/** Milliseconds after which "nothing to change" is answered; the bus is alive, the log is not real. */
async function answered(situation: Situation): Promise<number> {
  const { config = REDIS, ages = [0], sequencedAfter = 0, announcedAfter = Infinity } = situation;
  const began = performance.now();
  const since = (): number => performance.now() - began;
  const clock = new Clock();
  const word = new LeaderWord(clock);
  word.follow(() => true);
  word.heard(BEFORE);
  word.heardBus();
  const life = setInterval(() => {
    word.heardBus();
    if (since() >= announcedAfter) word.heard(OF_OTHER);
  }, 10);
  const isSequenced = (): boolean => since() >= sequencedAfter;
  const log = {
    pending: () => {
      if (situation.log === 'hangs') return new Promise(() => undefined);
      if (situation.log === 'fails' && since() < (situation.logFor ?? Infinity))
        return Promise.reject(new Error('cut'));
      return Promise.resolve(isSequenced() ? { lastSeq: null, count: 0 } : { lastSeq: '9', count: 1 });
    },
    head: () => Promise.resolve({ position: isSequenced() ? OF_OTHER : BEFORE }),
  } as unknown as EventLog;
  const sequenced = new AwaitSequenced(log, { committed: () => undefined } as unknown as RelayWakeup, clock);
  const states = ages.map((age) => ({ updatedAt: new Date(Date.now() - age).toISOString() }));
  await new AwaitOthers(config, sequenced, word, clock).announced(states);
  clearInterval(life);
  return since();
}

/** All at the same time. */
const all = (...situations: Situation[]): Promise<number[]> => Promise.all(situations.map(answered));

describe('AwaitOthers', () => {
  it('waits for no other where there is none, and for no change that is long past', async () => {
    const [alone, nothing, past] = await all({ config: loadConfig({}) }, { ages: [] }, { ages: [31_000, 86_400_000] });
    for (const after of [alone, nothing, past]) expect(after).toBeLessThan(100);
  });

  it('waits for what the leader announces, and no longer', async () => {
    const [soon, late] = await all({ announcedAfter: 50 }, { announcedAfter: 1_800 });
    expect(soon).toBeGreaterThanOrEqual(50);
    expect(soon).toBeLessThan(400);
    expect(late).toBeGreaterThanOrEqual(1_800);
    expect(late).toBeLessThan(2_300);
  });

  it('waits if any change is recent, by a clock that is ahead of its own or behind it', async () => {
    const recent = [[86_400_000, 1_000], [-50], [-5_000], [25_000]];
    for (const after of await all(...recent.map((ages) => ({ ages, announcedAfter: 300 })))) {
      expect(after).toBeGreaterThanOrEqual(300);
    }
  });

  it('waits while no instance leads, though the log ends before the change for longer than a second', async () => {
    const [after] = await all({ sequencedAfter: 1_400, announcedAfter: 1_500 });
    expect(after).toBeGreaterThanOrEqual(1_500);
    expect(after).toBeLessThan(2_000);
  });

  it('asks a log again that fails', async () => {
    const [after] = await all({ log: 'fails', logFor: 500, announcedAfter: 600 });
    expect(after).toBeGreaterThanOrEqual(600);
    expect(after).toBeLessThan(1_000);
  });

  it('waits two and a half seconds, whatever is dead', async () => {
    const dead: Situation[] = [{}, { sequencedAfter: 1_500 }, { sequencedAfter: Infinity }];
    for (const after of await all(...dead, { log: 'fails' }, { log: 'hangs' })) {
      expect(after).toBeGreaterThanOrEqual(2_490);
      expect(after).toBeLessThan(2_900);
    }
  });
});
