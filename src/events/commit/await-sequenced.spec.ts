import { describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../infra/index.js';
import type { EventLog } from '../log/event-log.js';
import type { RelayWakeup } from '../relay/relay-wakeup.js';
import { AwaitSequenced } from './await-sequenced.js';

/** A log whose answers to `pending` are told one by one. */
function answering(...answers: (() => Promise<{ lastSeq: null }>)[]) {
  const pending = jest.fn(() => answers.shift()!());
  const log = { pending, head: () => Promise.resolve({ position: 7 }) } as unknown as EventLog;
  return { pending, sequenced: new AwaitSequenced(log, {} as RelayWakeup, new Clock()) };
}

const nothing = (): Promise<{ lastSeq: null }> => Promise.resolve({ lastSeq: null });

function failing(milliseconds: number): () => Promise<never> {
  const began = performance.now();
  return () => {
    jest.spyOn(performance, 'now').mockReturnValue(began + milliseconds);
    return Promise.reject(new Error('no answer'));
  };
}

describe('AwaitSequenced', () => {
  it('has those who came during a poll share the next one', async () => {
    const { pending, sequenced } = answering(nothing, nothing);
    const first = sequenced.all();
    await Promise.resolve();
    expect(await Promise.all([first, sequenced.all(), sequenced.allOrNone()])).toEqual([7, 7, 7]);
    expect(pending.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it('says after a second, to those who need it, that not everything has a position', async () => {
    const waits = (): Promise<{ lastSeq: string; count: number }> => Promise.resolve({ lastSeq: '9', count: 1 });
    const log = { pending: waits, head: () => Promise.resolve({ position: 7 }) } as unknown as EventLog;
    const wakeup = { committed: () => undefined } as unknown as RelayWakeup;
    const sequenced = new AwaitSequenced(log, wakeup, new Clock());
    expect(await Promise.all([sequenced.all(), sequenced.allOrNone()])).toEqual([7, null]);
  });

  it('waits for no later commits than those before the call, while positions lag behind', async () => {
    const began = performance.now();
    /** Of the log: one number each millisecond, and its position 1.2 s later. */
    const drawn = (): number => Math.floor(performance.now() - began) + 1;
    const numbered = (): number => drawn() - 1_200;
    let looks = 0;
    const pending = (upTo?: string): Promise<{ lastSeq: string; count: number }> => {
      looks += 1;
      return Promise.resolve({ lastSeq: String(drawn()), count: Math.max(0, Number(upTo ?? drawn()) - numbered()) });
    };
    const log = { pending, head: () => Promise.resolve({ position: numbered() }) } as unknown as EventLog;
    const wakeup = { committed: () => undefined } as unknown as RelayWakeup;
    const sequenced = new AwaitSequenced(log, wakeup, new Clock());
    const isOver = (): boolean => performance.now() - began > 4_000;
    const positions = await Promise.all(Array.from({ length: 50 }, () => sequenced.allUntil(isOver)));
    expect(performance.now() - began).toBeLessThan(3_000);
    for (const position of positions) expect(position).toBeGreaterThan(0);
    // All share each.
    expect(looks).toBeLessThan(300);
  });

  it('tries again for those who came during a poll that failed at once', async () => {
    let fail!: (error: Error) => void;
    const { sequenced } = answering(() => new Promise<never>((_resolve, reject) => (fail = reject)), nothing);
    const first = sequenced.all();
    await new Promise(setImmediate);
    const second = sequenced.all();
    fail(new Error('cut'));
    await expect(first).rejects.toThrow('cut');
    expect(await second).toBe(7);
  });

  it('fails those who came during a poll that PostgreSQL kept waiting, and no later one', async () => {
    let fail!: () => void;
    const { sequenced } = answering(
      () => new Promise<never>((_resolve, reject) => (fail = () => void failing(8_000)().catch(reject))),
      nothing,
    );
    const first = sequenced.all();
    await new Promise(setImmediate);
    const second = sequenced.all();
    fail();
    await expect(first).rejects.toThrow('no answer');
    await expect(second).rejects.toThrow('no answer');
    jest.restoreAllMocks();
    expect(await sequenced.all()).toBe(7);
  });
});
