import { describe, expect, it } from '@jest/globals';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { anEvent, positionsOf } from '../../../test/support/events.js';
import type { EventLog, InventoryEventService, LogPart, MatchingEvent } from '../../events/index.js';
import { ConsumerFeed, type Wanted } from './consumer-feed.js';

/** Where events are left out, in a Redis Cluster. */
describe('The feed of consumers', () => {
  const feed = new ConsumerFeed({} as EventLog, { cursor: { position: 7 } } as unknown as InventoryEventService);

  it('wakes those who read the log when an event has passed by, once for many', async () => {
    let woken = 0;
    const end = feed.onEvents(() => (woken += 1));
    feed.passedBy();
    feed.passedBy();
    await endOfTurn();
    expect(woken).toBe(1);
    end();
    feed.passedBy();
    await endOfTurn();
    expect(woken).toBe(1);
  });

  it('needs events for those alone that peek at all of them', () => {
    const end = feed.onEvents(() => undefined);
    expect([feed.needed, feed.follows]).toEqual([false, 'none']);
    const endPeeking = feed.onEvents(() => undefined, true);
    expect([feed.needed, feed.follows]).toEqual([true, 'all']);
    endPeeking();
    expect([feed.needed, feed.follows]).toEqual([false, 'none']);
    end();
  });
});

/** Which events go through memory, and which are read from the log. */
describe('A partition of a consumer', () => {
  const wanted = (index = 0): Wanted => ({ consumer: 'counts', filter: {}, partition: { index, of: 1 } });

  class GrowingLog implements Pick<EventLog, 'copyMatching'> {
    readonly cursor = { position: 0 };
    reads = 0;

    copyMatching({ after, upTo }: LogPart): Promise<MatchingEvent[]> {
      this.reads += 1;
      const positions = Array.from({ length: Math.min(500, upTo - after) }, (_, index) => after + 1 + index);
      return Promise.resolve(
        positions.map((position) => ({ position, partition: 0, bytes: 100, event: anEvent({ position }) })),
      );
    }
  }
  const feedOf = (log: GrowingLog): ConsumerFeed =>
    new ConsumerFeed(log as unknown as EventLog, log as unknown as InventoryEventService);
  /** As delivery does: events that nothing needs only move the cursor. @returns how many of them were needed */
  const deliver = (feed: ConsumerFeed, log: GrowingLog, count: number): number => {
    let needed = 0;
    for (let index = 0; index < count; index += 1) {
      const { needed: isNeeded } = feed;
      log.cursor.position += 1;
      if (!isNeeded) continue;
      needed += 1;
      feed.handle(anEvent({ position: log.cursor.position }));
    }
    return needed;
  };
  /** Has the partition handle all there is. @returns the positions of what it got */
  const follow = async (feed: ConsumerFeed, from: number): Promise<number[]> => {
    const got: number[] = [];
    for (let position = from; ;) {
      const fed = await feed.after(position, wanted());
      if (!fed) return got;
      expect(fed.events.length).toBeLessThanOrEqual(500);
      got.push(...positionsOf(fed.events));
      position = fed.reached;
    }
  };
  const range = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index);

  it('at the head gets what is delivered from memory, also after a rest of some thousand events', async () => {
    const log = new GrowingLog();
    const feed = feedOf(log);
    feed.join(0, wanted());
    expect(deliver(feed, log, 3_000)).toBe(3_000);
    expect(await follow(feed, 0)).toEqual(range(1, 3_000));
    expect(log.reads).toBe(0);
  });

  it('far behind has events pass by, comes up by the log, and misses none at the seam', async () => {
    const log = new GrowingLog();
    const feed = feedOf(log);
    feed.join(0, wanted());
    // Those up to the bound of what is near are kept.
    expect(deliver(feed, log, 50_000)).toBeLessThan(5_000);
    const got: number[] = [];
    let position = 0;
    // It is fed while events go on: further and further, until it is near.
    for (let fed = await feed.after(position, wanted()); fed; fed = await feed.after(position, wanted())) {
      got.push(...positionsOf(fed.events));
      position = fed.reached;
      if (log.cursor.position < 60_000) deliver(feed, log, 123);
    }
    expect(got).toEqual(range(1, log.cursor.position));
    const { reads } = log;
    expect(deliver(feed, log, 100)).toBe(100);
    expect(await follow(feed, position)).toEqual(range(position + 1, log.cursor.position));
    expect(log.reads).toBe(reads);
  });

  it('that begins reads what has been delivered before from the log, where names may have been removed since', async () => {
    const log = new GrowingLog();
    const feed = feedOf(log);
    feed.join(0, wanted());
    expect(deliver(feed, log, 300)).toBe(300);
    feed.join(0, wanted());
    expect(deliver(feed, log, 30)).toBe(30);
    expect(await follow(feed, 0)).toEqual(range(1, 330));
    expect(log.reads).toBeGreaterThan(0);
    const { reads } = log;
    expect(await follow(feed, 300)).toEqual(range(301, 330));
    expect(log.reads).toBe(reads);
  });

  it('that is of another instance from now on needs nothing any more', () => {
    const log = new GrowingLog();
    const feed = feedOf(log);
    const [one, next] = [wanted(), wanted()];
    feed.join(0, one);
    expect(feed.needed).toBe(true);
    // What was handed back and taken again at once: the old one ends when the new one is at work.
    feed.join(0, next);
    feed.leave(one);
    expect(feed.needed).toBe(true);
    feed.leave(next);
    expect(feed.needed).toBe(false);
  });
});
