import { describe, expect, it } from '@jest/globals';
import type { EventLog, LogPart, MatchingEvent, Partitions } from '../../events/index.js';
import { anEvent, positionsOf } from '../../../test/support/events.js';
import { LogPages } from './log-pages.js';

const OF = 4;
const HEAD = 45_000;
const BYTES = 100;

/** A log in which position 7 is of partition 3, and so on; each event is of the filter unless `fits` says no. */
class NumberedLog implements Pick<EventLog, 'copyMatching'> {
  readonly read: (LogPart & { partitions: readonly number[] })[] = [];
  bytes = BYTES;

  constructor(
    private readonly head = HEAD,
    private readonly isWanted: (position: number) => boolean = () => true,
  ) {}

  copyMatching({ after, upTo }: LogPart, _: unknown, { indexes }: Partitions): Promise<MatchingEvent[]> {
    this.read.push({ after, upTo, partitions: [...indexes].sort() });
    const events: MatchingEvent[] = [];
    for (let position = after + 1; position <= Math.min(upTo, this.head); position += 1) {
      const own = indexes.includes(position % OF) && this.isWanted(position);
      if (!own && position < upTo) continue;
      const eventType = this.isWanted(position) ? ('price_changed' as const) : ('product_updated' as const);
      const event = anEvent({ position, eventId: `event-${position}`, eventType });
      events.push({ position, event, partition: position % OF, bytes: this.bytes });
      if (events.length === 500 * indexes.length) break;
    }
    return Promise.resolve(events);
  }
}

describe('LogPages', () => {
  const pagesOf = (log: NumberedLog): LogPages => new LogPages(log, { eventTypes: ['price_changed'] }, OF, 1);
  /** Has partitions read to the end, each as soon as its turn comes. @returns the positions that each has got */
  const readAll = async (pages: LogPages, turns: Iterable<number>, head = HEAD): Promise<number[][]> => {
    const got: number[][] = Array.from({ length: OF }, () => []);
    const at = new Array<number>(OF).fill(0);
    for (const partition of turns) {
      if (at[partition]! >= head) continue;
      const fed = (await pages.after(at[partition]!, partition, head))!;
      expect(fed.reached).toBeGreaterThan(at[partition]!);
      expect(fed.events.length).toBeLessThanOrEqual(500);
      expect(fed.reachedId).toBe(`event-${fed.reached}`);
      got[partition]!.push(...positionsOf(fed.events));
      at[partition] = fed.reached;
    }
    expect(at).toEqual(new Array(OF).fill(head));
    return got;
  };
  const all = (partition: number, head = HEAD): number[] =>
    Array.from({ length: head }, (_, index) => index + 1).filter((position) => position % OF === partition);
  function* inTurn(times: number): Generator<number> {
    for (let turn = 0; turn < times; turn += 1) yield turn % OF;
  }
  function* atRandom(times: number): Generator<number> {
    for (let turn = 0; turn < times; turn += 1) yield Math.floor(Math.random() * OF);
    yield* inTurn(times);
  }

  it('gives each partition all of its events once, in order, and reads them about once for all', async () => {
    const log = new NumberedLog();
    const got = await readAll(pagesOf(log), inTurn(1_000));
    for (let partition = 0; partition < OF; partition += 1) expect(got[partition]).toEqual(all(partition));
    // 2,000 positions at once; the first ones before it is known which partitions there are.
    expect(log.read.length).toBeLessThan(40);
    expect(log.read.slice(-15).every(({ partitions }) => partitions.length === OF)).toBe(true);
  });

  it.each([1, 2, 3])('does so as well if they come in any order (%i)', async () => {
    const got = await readAll(pagesOf(new NumberedLog()), atRandom(1_000));
    for (let partition = 0; partition < OF; partition += 1) expect(got[partition]).toEqual(all(partition));
  });

  it('passes what is not wanted, and reaches to the end', async () => {
    const log = new NumberedLog(HEAD, (position) => position % 1_000 === 1);
    const got = await readAll(pagesOf(log), inTurn(100));
    expect(got[1]).toEqual(all(1).filter((position) => position % 1_000 === 1));
    expect(got[0]).toEqual([]);
  });

  it('hands over about 1 MiB at once at most', async () => {
    const log = new NumberedLog();
    log.bytes = 300_000;
    const fed = await pagesOf(log).after(0, 1, HEAD);
    expect(positionsOf(fed!.events)).toEqual([1, 5, 9, 13]);
    expect(fed).toMatchObject({ reached: 13, reachedId: 'event-13' });
  });

  it('reads one page ahead, and none twice', async () => {
    const log = new NumberedLog();
    const pages = pagesOf(log);
    await pages.after(0, 0, HEAD);
    await pages.after(0, 0, HEAD);
    expect(log.read.map(({ after }) => after)).toEqual([0, 2_000]);
    await pages.after(2_000, 0, HEAD);
    expect(log.read.map(({ after }) => after)).toEqual([0, 2_000, 4_000]);
  });

  it('has a partition that is far ahead wait for those that get on, for a while', async () => {
    const log = new NumberedLog();
    const pages = new LogPages(log, { eventTypes: ['price_changed'] }, OF, 200);
    const reach = async (partition: number, position: number): Promise<number> =>
      (await pages.after(position, partition, HEAD))!.reached;
    for (const partition of [0, 1]) pages.stands(partition, 0);
    let slow = await reach(0, 0);
    let fast = await reach(1, 0);
    for (const _ of [1, 2, 3]) fast = await reach(1, fast);
    const waiting = reach(1, fast);
    for (const _ of [1, 2, 3]) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      slow = await reach(0, slow);
    }
    fast = await waiting;
    expect(fast).toBeGreaterThan(slow);
    const read = log.read.map(({ after }) => after);
    expect(new Set(read).size).toBe(read.length);
    // The slow one gets on no more.
    const began = performance.now();
    for (let turn = 0; turn < 4; turn += 1) fast = await reach(1, fast);
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it('says nothing of a log that does not reach so far', async () => {
    expect(await pagesOf(new NumberedLog(0)).after(10, 0, 20)).toBeUndefined();
  });

  it('knows when its last partition has left', async () => {
    const pages = pagesOf(new NumberedLog());
    await pages.after(0, 0, HEAD);
    await pages.after(0, 1, HEAD);
    expect(pages.leave(0)).toBe(false);
    expect(pages.leave(1)).toBe(true);
  });
});
