import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io';
import { aVendorEvent, placed } from '../../../test/support/events.js';
import type { AppConfig } from '../../config/index.js';
import type { ProjectionPositions } from '../../consumers/index.js';
import type { SeriesUpdated } from '../../contracts/index.js';
import { EventNotice } from '../../events/index.js';
import { type Deferred, deferred, Metrics } from '../../infra/index.js';
import type { ChangedPoints, ChangedPointsReader, SeriesKey } from './changed-points.js';
import { SeriesFeed } from './series-feed.js';

interface Read extends Deferred<ChangedPoints> {
  position: number;
  commodities: string[];
}

/** The feed with a reader that answers when the test wants. */
describe('The feed of series', () => {
  let feed: SeriesFeed;
  let reads: Read[];
  let wake: () => void;
  const sent: string[] = [];
  /** Projections, each time they are waited for. */
  const waitedFor: string[] = [];

  beforeEach(() => {
    reads = [];
    sent.length = 0;
    waitedFor.length = 0;
    const after = (position: number, series: readonly SeriesKey[]): Promise<ChangedPoints> => {
      const read = { ...deferred<ChangedPoints>(), position, commodities: series.map(({ commodity }) => commodity) };
      reads.push(read);
      wake();
      return read.promise;
    };
    const reader = { after } as unknown as ChangedPointsReader;
    const awaited = <Result>(name: string, wait: () => Promise<Result>): Promise<Result> => {
      waitedFor.push(name);
      return wait();
    };
    const positions = { awaited } as ProjectionPositions;
    feed = new SeriesFeed(reader, positions, {} as AppConfig, new Metrics());
    feed.isSlow = () => false;
  });
  afterEach(() => feed.onModuleDestroy());

  const join = (commodity: string, position: number): void => {
    const emit = (_name: string, update: SeriesUpdated) => sent.push(`${commodity} ${update.position}`);
    const socket = { connected: true, emit } as unknown as Socket;
    feed.join({ socket, key: { commodity, state: '' }, position }, position);
  };
  const update = (commodity: string, position: number) =>
    ({ commodity, state: null, position }) as unknown as SeriesUpdated;
  /** The read that comes next. */
  const read = async (index: number): Promise<Read> => {
    while (reads.length <= index) await new Promise<void>((resolve) => (wake = resolve));
    return reads[index]!;
  };
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  wake = () => undefined;

  it('reads apart what a series has missed that was asked for while others were read', async () => {
    join('onion', 5);
    const first = await read(0);
    expect(first).toMatchObject({ position: 5, commodities: ['onion'] });
    join('potato', 5);
    first.resolve({ updates: [update('onion', 7)], position: 9 });
    const missed = await read(1);
    expect(missed).toMatchObject({ position: 5, commodities: ['potato'] });
    missed.resolve({ updates: [update('potato', 8)], position: 9 });
    const next = await read(2);
    expect(next).toMatchObject({ position: 9, commodities: ['onion', 'potato'] });
    expect(sent).toEqual(['onion 7', 'potato 8']);
  });

  it('sends nothing twice to one that has been read for later than the others', async () => {
    join('onion', 5);
    const first = await read(0);
    join('onion', 8);
    first.resolve({ updates: [update('onion', 7), update('onion', 9)], position: 9 });
    const missed = await read(1);
    expect(missed.position).toBe(8);
    missed.resolve({ updates: [update('onion', 9)], position: 9 });
    await read(2);
    expect(sent).toEqual(['onion 7', 'onion 9', 'onion 9']);
  });

  it('looks for what has changed when an event has passed by that may be of a price', async () => {
    join('onion', 5);
    for (const index of [0, 1]) (await read(index)).resolve({ updates: [], position: 5 });
    await turn();
    feed.passedBy(new EventNotice(6, 'availability_changed', 0, [1], null));
    await turn();
    expect(reads).toHaveLength(2);
    feed.passedBy(new EventNotice(7, 'price_changed', 0, [1], null));
    await turn();
    expect(reads).toHaveLength(3);
    reads[2]!.resolve({ updates: [update('onion', 7)], position: 7 });
    await turn();
    expect(sent).toEqual(['onion 7']);
  });

  it('waits for the tables, so that they do not rest, while they are behind what is delivered', async () => {
    join('onion', 5);
    for (const index of [0, 1]) (await read(index)).resolve({ updates: [], position: 5 });
    await turn();
    expect(waitedFor).toEqual([]);
    feed.passedBy(new EventNotice(7, 'price_changed', 0, [1], null));
    (await read(2)).resolve({ updates: [], position: 6 });
    (await read(3)).resolve({ updates: [update('onion', 7)], position: 7 });
    expect(waitedFor).toEqual(['price-series']);
    expect(reads).toHaveLength(4);
  });

  it('looks seldom while events pass by all the time, and often for one that has changed a series', async () => {
    join('onion', 5);
    for (const index of [0, 1]) (await read(index)).resolve({ updates: [], position: 5 });
    let position = 5;
    /** How often it looks within so many milliseconds, while the tables are a little behind. */
    const looksIn = async (milliseconds: number, event: () => void): Promise<number> => {
      const [before, began] = [reads.length, performance.now()];
      while (performance.now() - began < milliseconds) {
        position += 1;
        event();
        for (const one of reads) one.resolve({ updates: [], position: position - 1 });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return reads.length - before;
    };
    const notices = await looksIn(450, () => feed.passedBy(new EventNotice(position, 'price_changed', 0, [1], null)));
    expect(notices).toBeGreaterThan(0);
    expect(notices).toBeLessThanOrEqual(6);
    const vendors = await looksIn(450, () => feed.handle(placed(aVendorEvent(), 'e', position)));
    expect(vendors).toBeGreaterThan(notices);
  });
});
