import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import {
  EXCEPTION,
  type Page,
  type PriceSeries,
  type Product,
  SERIES_SUBSCRIBED,
  SERIES_UPDATED,
  type SeriesSubscriptionConfirmed,
  type SeriesUpdated,
  SUBSCRIBE_SERIES,
  UNSUBSCRIBE_SERIES,
} from '../../src/contracts/index.js';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { dayAfter } from '../../src/infra/index.js';
import { SeriesFeed } from '../../src/series/live/series-feed.js';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { waitFor } from '../support/processes.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import { arrivalReport, type Reported } from '../support/series-model.js';

const MONDAY = '2026-01-05';
const TUESDAY = '2026-01-06';
/** Reports that come late; `TEST_LATE_REPORTS=500` says what the slowest in a hundred takes. */
const LATE = Number(process.env.TEST_LATE_REPORTS ?? 5);
/** Milliseconds from the acknowledgement that they may take, with so many of them. */
const WITHIN = LATE >= 100 ? 200 : 2_000;

describe('Series that are subscribed to', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ env: { REPLAY_EVENTS: '5' } });
  });
  afterAll(() => app.close());

  const report = (state: string, day: string, modal: number, more: Partial<Reported> = {}): Reported => {
    return { state, market: 'One', variety: 'Red', day, min: modal - 10, max: modal + 10, modal, ...more };
  };
  const send = async (...reports: Reported[]): Promise<void> => {
    expect((await importCsv(app, arrivalReport(reports))).status).toBe(200);
    await seriesCaughtUp(app);
  };
  const series = async (state: string): Promise<PriceSeries> => {
    const path = `/api/series/prices?commodity=onion&from=2026-01-01&to=2026-02-28&state=${state}`;
    return (await app.request<PriceSeries>('GET', path)).body;
  };

  class Listener {
    readonly updates: SeriesUpdated[] = [];
    constructor(readonly socket: Socket) {
      socket.on(SERIES_UPDATED, (update: SeriesUpdated) => this.updates.push(update));
    }
    subscribe(request: object): Promise<SeriesSubscriptionConfirmed> {
      return this.socket.emitWithAck(SUBSCRIBE_SERIES, request) as Promise<SeriesSubscriptionConfirmed>;
    }
    has(count: number): Promise<unknown> {
      return waitFor(() => this.updates.length >= count, { what: `${count} points` });
    }
    get days(): string[] {
      return this.updates.map(({ point }) => point.from);
    }
  }
  const listener = async (): Promise<Listener> => new Listener(await app.connect());

  it('are told the point that a late report changes, and no other', async () => {
    await send(report('Kerala', MONDAY, 1_000), report('Kerala', TUESDAY, 1_200));
    const { epoch, position, points } = await series('Kerala');
    expect(points).toHaveLength(2);
    const [one, ofAll, other] = [await listener(), await listener(), await listener()];
    expect(await one.subscribe({ commodity: 'onion', state: 'केरल', since: { epoch, position } })).toEqual({
      ...{ commodity: 'onion', state: 'Kerala', epoch, position, recovered: true, replayed: 0 },
    });
    expect(await ofAll.subscribe({ commodity: 'onion' })).toMatchObject({ state: null, recovered: false });
    await other.subscribe({ commodity: 'onion', state: 'Goa' });
    await send(report('Kerala', MONDAY, 1_400, { market: 'Two' }));
    await Promise.all([one.has(1), ofAll.has(1)]);
    const now = await series('Kerala');
    expect(one.updates).toEqual([
      {
        ...{ commodity: 'onion', state: 'Kerala', unit: 'quintal', currency: 'INR', position: now.position },
        point: now.points[0],
      },
    ]);
    expect(ofAll.updates).toMatchObject([{ state: null, point: { from: MONDAY, mean: 1_200, reports: 2 } }]);
    // A report that says nothing new is none to anybody; what comes after it is the next.
    await send(report('Kerala', MONDAY, 1_400, { market: 'Two' }));
    await send(report('Goa', TUESDAY, 900));
    await Promise.all([other.has(1), ofAll.has(2)]);
    expect(one.updates).toHaveLength(1);
    expect(ofAll.days).toEqual([MONDAY, TUESDAY]);
  });

  it(
    'say what a late report changes soon after its acknowledgement, of no other day, and no product has another price',
    async () => {
      const days = Array.from({ length: 28 }, (_, index) => dayAfter('2026-01-01', index));
      await send(...days.map((day) => report('Nagaland', day, 1_000)));
      const one = await listener();
      await one.subscribe({ commodity: 'onion', state: 'Nagaland' });
      let arrivedAt = 0;
      one.socket.on(SERIES_UPDATED, () => (arrivedAt = performance.now()));
      const products = async (): Promise<unknown> =>
        (await app.request<Page<Product>>('GET', '/api/products/search?state=Nagaland')).body.items;
      const before = await products();
      const times: number[] = [];
      for (let index = 0; index < LATE; index += 1) {
        const day = days[(index * 5) % 27]!;
        const csv = arrivalReport([report('Nagaland', day, 1_001 + index)]);
        expect((await importCsv(app, csv)).status).toBe(200);
        const acknowledged = performance.now();
        await one.has(index + 1);
        times.push(Math.max(0, arrivedAt - acknowledged));
        expect(one.updates.at(-1)).toMatchObject({ point: { from: day, mean: 1_001 + index } });
      }
      await seriesCaughtUp(app);
      expect(one.updates).toHaveLength(LATE);
      expect(await products()).toEqual(before);
      expect(times.sort((a, b) => a - b)[Math.ceil(0.99 * LATE) - 1]).toBeLessThan(WITHIN);
    },
    20_000 + 500 * LATE,
  );

  it('send what has changed meanwhile to a client that comes back, each point as it is', async () => {
    await send(report('Sikkim', MONDAY, 1_000), report('Sikkim', TUESDAY, 1_000));
    const { epoch, position } = await series('Sikkim');
    for (const modal of [1_100, 1_200, 1_300]) await send(report('Sikkim', TUESDAY, modal));
    const { position: head } = await series('Sikkim');
    const back = await listener();
    const confirmed = await back.subscribe({ commodity: 'onion', state: 'Sikkim', since: { epoch, position } });
    expect(confirmed).toMatchObject({ position: head, recovered: true, replayed: 1 });
    expect(back.updates).toMatchObject([{ point: { from: TUESDAY, mean: 1_300 } }]);
  });

  it('say so if it is too much, or of another log', async () => {
    const { epoch, position } = await series('Assam');
    const days = Array.from({ length: 6 }, (_, index) => report('Assam', `2026-01-0${index + 1}`, 1_000));
    await send(...days);
    await series('Assam');
    const back = await listener();
    const request = { commodity: 'onion', state: 'Assam' };
    expect(await back.subscribe({ ...request, since: { epoch, position } })).toMatchObject({
      ...{ recovered: false, replayed: 0, reason: 'too_old' },
    });
    expect(await back.subscribe({ ...request, since: { epoch: newEventId(), position } })).toMatchObject({
      ...{ recovered: false, reason: 'epoch_changed' },
    });
    expect(back.updates).toEqual([]);
  });

  it('tell that a day has no reports any more', async () => {
    await send(report('Bihar', MONDAY, 1_000));
    const { epoch, position } = await series('Bihar');
    const one = await listener();
    await one.subscribe({ commodity: 'onion', state: 'Bihar', since: { epoch, position } });
    const { body } = await app.request<{ items: { id: string }[] }>('GET', '/api/vendors/search?state=Bihar');
    expect((await app.request('PATCH', `/api/vendors/${body.items[0]!.id}`, { state: 'Punjab' })).status).toBe(200);
    await one.has(1);
    expect(one.updates).toMatchObject([{ point: { from: MONDAY, mean: null, reports: 0, suspicious: 0 } }]);
    expect((await series('Bihar')).points).toEqual([]);
  });

  it('leave a client that does not read behind, and catch it up with each point as it is then', async () => {
    const [slow, quick] = [await listener(), await listener()];
    const request = { commodity: 'onion', state: 'Odisha' };
    await send(report('Odisha', MONDAY, 1_000));
    await series('Odisha');
    await slow.subscribe(request);
    await quick.subscribe(request);
    const feed = app.app.get(SeriesFeed);
    const [first] = [...feed.subscriptions.of(request)];
    const isSlow = feed.isSlow.bind(feed);
    feed.isSlow = (socket) => socket === first!.socket || isSlow(socket);
    for (const [index, modal] of [1_100, 1_200, 1_300].entries()) {
      await send(report('Odisha', MONDAY, modal));
      await quick.has(index + 1);
    }
    expect(slow.updates).toEqual([]);
    feed.isSlow = isSlow;
    await slow.has(1);
    expect(slow.updates).toMatchObject([{ point: { mean: 1_300 } }]);
  });

  it('are refused as rooms are, and left when the client goes', async () => {
    const one = await listener();
    const problem = new Promise((resolve) => one.socket.once(EXCEPTION, resolve));
    expect(await one.subscribe({ commodity: 'On ion' })).toMatchObject({ status: 'error', code: 'validation_failed' });
    expect(await problem).toMatchObject({ code: 'validation_failed' });
    for (let index = 0; index < 100; index += 1) await one.subscribe({ commodity: `c-${index}` });
    expect(await one.subscribe({ commodity: 'c-99' })).toMatchObject({ commodity: 'c-99' });
    expect(await one.subscribe({ commodity: 'c-100' })).toMatchObject({ code: 'too_many_subscriptions' });
    expect(await one.socket.emitWithAck(UNSUBSCRIBE_SERIES, { commodity: 'c-0' })).toEqual({
      ...{ commodity: 'c-0', state: null },
    });
    expect(await one.subscribe({ commodity: 'c-100' })).toMatchObject({ commodity: 'c-100' });
    const { subscriptions } = app.app.get(SeriesFeed);
    const before = subscriptions.count;
    one.socket.disconnect();
    await waitFor(() => subscriptions.count === before - 100, { what: 'the end of its subscriptions' });
  });

  it('tell clients of another log to begin again', async () => {
    const one = await listener();
    await one.subscribe({ commodity: 'onion', state: 'Goa' });
    const told = new Promise((resolve) => one.socket.once(SERIES_SUBSCRIBED, resolve));
    const epoch = newEventId();
    const { SeriesSubscriber } = await import('../../src/series/live/series-subscriber.js');
    app.app.get(SeriesSubscriber).onNewEpoch({ epoch, position: 3 });
    expect(await told).toMatchObject({ state: 'Goa', epoch, position: 3, recovered: false, reason: 'epoch_changed' });
  });
});
