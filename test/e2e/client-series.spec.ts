import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryClient, LiveSeriesFilter, LiveSeriesHandle } from '../../src/client/index.js';
import type { PriceSeries } from '../../src/contracts/index.js';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { SeriesFeed } from '../../src/series/live/series-feed.js';
import { SeriesSubscriber } from '../../src/series/live/series-subscriber.js';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { breakConnections, quickClient } from '../support/clients.js';
import { waitFor } from '../support/processes.js';
import { realtimeStats } from '../support/rooms.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import { arrivalReport, type Reported } from '../support/series-model.js';

const DAYS = { from: '2026-01-01', to: '2026-01-31' };

describe('a live series', () => {
  let app: TestApp;
  const clients: InventoryClient[] = [];

  beforeAll(async () => {
    app = await startApp({ env: { REPLAY_EVENTS: '3' } });
  });
  afterAll(() => app.close());
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await waitFor(async () => (await realtimeStats(app)).connections === 0, { what: 'the clients to be gone' });
  });

  const connect = (): InventoryClient => {
    const client = quickClient(app.url);
    clients.push(client);
    return client;
  };
  const watch = (client: InventoryClient, filter: LiveSeriesFilter) => {
    const reasons: string[] = [];
    const errors: Error[] = [];
    const statuses: string[] = [];
    const series = client.series({ ...DAYS, ...filter }, (_series, { reason }) => void reasons.push(reason), {
      onError: (error) => void errors.push(error),
      onStatus: (status) => void statuses.push(status),
    });
    return { series, reasons, errors, statuses };
  };
  const send = async (state: string, ...prices: [day: number, modal: number][]): Promise<void> => {
    const reports = prices.map(([date, modal]): Reported => {
      const day = `2026-01-${String(date).padStart(2, '0')}`;
      return { state, market: 'One', variety: 'Red', day, min: modal - 10, max: modal + 10, modal };
    });
    expect((await importCsv(app, arrivalReport(reports))).status).toBe(200);
    await seriesCaughtUp(app);
  };
  const live = (series: LiveSeriesHandle): Promise<unknown> =>
    waitFor(() => series.status === 'live', { what: 'the series to be live' });
  const isAsServed = async (series: LiveSeriesHandle, state: string): Promise<void> => {
    const path = `/api/series/prices?commodity=onion&state=${state}&from=${DAYS.from}&to=${DAYS.to}`;
    const { body } = await app.request<PriceSeries>('GET', path);
    await waitFor(() => JSON.stringify(series.series?.points) === JSON.stringify(body.points), { what: 'its points' });
  };

  it('has all points, and then each that changes, is new, or is one no more', async () => {
    await send('Kerala', [5, 1_000], [7, 1_000]);
    const client = connect();
    const { series, reasons } = watch(client, { commodity: 'onion', state: 'kerala' });
    const elsewhere = watch(client, { commodity: 'onion', state: 'Goa' });
    await live(series);
    await live(elsewhere.series);
    await send('Kerala', [5, 1_100]);
    await isAsServed(series, 'Kerala');
    await send('Kerala', [6, 900]);
    await isAsServed(series, 'Kerala');
    expect(series.series!.points.map(({ from }) => from)).toEqual(['2026-01-05', '2026-01-06', '2026-01-07']);
    expect(reasons).toEqual(['loaded', 'updated', 'updated']);
    const { body } = await app.request<{ items: { id: string }[] }>('GET', '/api/vendors/search?state=Kerala');
    await app.request('PATCH', `/api/vendors/${body.items[0]!.id}`, { state: 'Goa' });
    await isAsServed(series, 'Kerala');
    expect(series.series!.points).toEqual([]);
    await isAsServed(elsewhere.series, 'Goa');
    expect(elsewhere.series.series!.points).toHaveLength(3);
  });

  it('gets what it has missed while the connection was lost', async () => {
    await send('Bihar', [5, 1_000]);
    const { series, reasons, statuses } = watch(connect(), { commodity: 'onion', state: 'Bihar' });
    await live(series);
    breakConnections(app);
    await send('Bihar', [5, 1_200], [6, 1_200]);
    await isAsServed(series, 'Bihar');
    await live(series);
    expect(reasons).toEqual(['loaded', 'updated', 'updated']);
    expect(statuses).toEqual(['live', 'stale', 'live']);
  });

  it('is asked for anew when the log was set back', async () => {
    await send('Assam', [5, 1_000]);
    const { series, reasons } = watch(connect(), { commodity: 'onion', state: 'Assam' });
    await live(series);
    app.app.get(SeriesSubscriber).onNewEpoch({ epoch: newEventId(), position: 1 });
    await waitFor(() => reasons.includes('refetched'), { what: 'all points' });
    await live(series);
  });

  it('ends its subscription when nobody follows the series any more', async () => {
    const client = connect();
    const [one, other] = [1, 2].map(() => watch(client, { commodity: 'onion' }).series);
    await live(one!);
    await live(other!);
    const { subscriptions } = app.app.get(SeriesFeed);
    expect(subscriptions.count).toBe(1);
    one!.close();
    await client.products.search({});
    expect(subscriptions.count).toBe(1);
    other!.close();
    await waitFor(() => subscriptions.count === 0, { what: 'the end of the subscription' });
  });

  it('says that it is refused', async () => {
    const { series, errors } = watch(connect(), { commodity: 'On ion' });
    await waitFor(() => series.status === 'refused', { what: 'the refusal' });
    expect(errors).toMatchObject([{ code: 'validation_failed' }]);
  });
});
