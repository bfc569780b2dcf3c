import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { verifyLog } from '../../src/cli/verify-log.js';
import {
  type Page,
  type PriceSeries,
  type Product,
  type ProjectionState,
  SERIES_UPDATED,
  type SeriesUpdated,
  SUBSCRIBE_SERIES,
} from '../../src/contracts/index.js';
import { dayAfter } from '../../src/infra/index.js';
import { SeriesProjection } from '../../src/series/projection/series-projection.js';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { waitFor } from '../support/processes.js';
import { type HeldBatches, holdBatches, projectionState } from '../support/projection-states.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import { arrivalReport, type Reported } from '../support/series-model.js';
import { asOfVersion2 } from '../support/series-of-version-2.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

const FROM = '2026-01-05';
const TO = '2026-01-18';
/** Milliseconds for which a read waits for tables that are behind. */
const WAITS = 500;

/** G13: an updated server has series throughout, from the tables of the version before until there are new ones. */
describe('The series after an update to another version of their tables', () => {
  let database: TestDatabase;
  let app: TestApp;
  let before: Record<string, unknown>;
  let held: HeldBatches;

  beforeAll(async () => {
    database = await testDatabase();
    const old = await startApp({ database });
    expect((await importCsv(old, arrivalReport(reports()))).status).toBe(200);
    await seriesCaughtUp(old);
    before = await answersOf(old);
    await old.close();
    await withClient(database.url, asOfVersion2);
    held = holdBatches(SeriesProjection);
    app = await startApp({ database });
    await waitFor(async () => (await stateOf(app))?.rebuilding, { what: 'the build to begin' });
  });
  afterAll(async () => {
    held.begin();
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });

  const report = (day: string, market: number, modal: number, state = 'Kerala'): Reported => {
    const prices = { min: modal - 10.5, max: modal + 10, modal, arrived: market };
    return { state, market: `Market ${market}`, variety: 'Red', day, ...prices };
  };
  const reports = (): Reported[] =>
    Array.from({ length: 14 }, (_, index) => dayAfter(FROM, index)).flatMap((day, index) => [
      ...[1, 2, 3, 4].map((market) => report(day, market, 1_000 + 7.25 * index * market)),
      report(day, 5, 1_500, 'Goa'),
    ]);
  const stateOf = (of: TestApp): Promise<ProjectionState | undefined> => projectionState(of, 'price-series');
  const seriesOf = (query = ''): string => `/api/series/prices?commodity=onion&from=${FROM}&to=${TO}${query}`;
  const series = async (query = ''): Promise<PriceSeries> =>
    (await app.request<PriceSeries>('GET', seriesOf(query))).body;
  /** All that is read of the series, whose answers don't depend on the time. */
  async function answersOf(of: TestApp): Promise<Record<string, unknown>> {
    const { body: page } = await of.request<Page<Product>>('GET', '/api/products/search?market=Market%205');
    const [{ id, vendorId }] = page.items as [Product];
    const ofSeries = ['', '&state=Goa', '&unit=kg', '&bucket=week', '&market=Market%202', '&revisions=first'];
    const paths = [
      ...ofSeries.map(seriesOf),
      `/api/series/prices?productId=${id}&from=${FROM}&to=${TO}`,
      ...['/api/series/movers?window=7d', '/api/series/movers?state=Kerala', '/api/series/commodities'],
      `/api/vendors/${vendorId}/insights`,
    ];
    const answers: Record<string, unknown> = {};
    for (const path of paths) {
      const { status, body } = await of.request('GET', path);
      expect({ path, status, body }).toMatchObject({ status: 200 });
      answers[path] = body;
    }
    return answers;
  }
  const differences = async (): Promise<unknown> => {
    const { projections } = await withClient(database.url, (client) => verifyLog(client));
    return projections.find(({ name }) => name === 'price-series')!.differences;
  };
  const listener = async (): Promise<{ socket: Socket; updates: SeriesUpdated[] }> => {
    const socket = await app.connect();
    const updates: SeriesUpdated[] = [];
    socket.on(SERIES_UPDATED, (update: SeriesUpdated) => updates.push(update));
    return { socket, updates };
  };

  it('are answered from the tables of before, as they were, while the new ones are built', async () => {
    expect(await stateOf(app)).toMatchObject({ version: 2, rebuilding: { position: 0 } });
    expect(await answersOf(app)).toEqual(before);
    expect((await app.request('GET', '/api/insights/stock')).status).toBe(200);
    expect(await differences()).toEqual([]);
  });

  it('stay where they are meanwhile, say so, and are not waited for by each who reads them', async () => {
    const { position } = await series();
    expect((await importCsv(app, arrivalReport([report(FROM, 6, 3_000)]))).status).toBe(200);
    expect(await series()).toEqual(before[seriesOf()]);
    const began = performance.now();
    for (let read = 0; read < 6; read += 1) expect((await series()).position).toBe(position);
    expect(performance.now() - began).toBeLessThan(4 * WAITS);
  });

  it('are those of the new tables when these are there, with what has come meanwhile', async () => {
    const { epoch, position, points } = await series('&state=Kerala');
    const { socket, updates } = await listener();
    const request = { commodity: 'onion', state: 'Kerala', since: { epoch, position } };
    expect(await socket.emitWithAck(SUBSCRIBE_SERIES, request)).toMatchObject({ recovered: true, replayed: 0 });
    held.begin();
    await seriesCaughtUp(app);
    expect(await stateOf(app)).toMatchObject({ version: 3, rebuilding: null });
    const { points: now, position: reached } = await series('&state=Kerala');
    expect(reached).toBeGreaterThan(position);
    expect(now.slice(1)).toEqual(points.slice(1));
    expect(now[0]).toMatchObject({ from: FROM, max: 3_010, reports: 5 });
    // Where the batch ended before it, all points of the new tables are sent once as they were without it.
    const isOfLate = ({ point }: SeriesUpdated): boolean => point.from === FROM && point.reports === now[0]!.reports;
    const told = (): SeriesUpdated | undefined => updates.find(isOfLate);
    await waitFor(told, { what: 'the point of the late report' });
    expect(told()!.point).toEqual(now[0]);
    expect(await differences()).toEqual([]);
  });

  it('are waited for by each who reads them when these are slow', async () => {
    const { position } = await series();
    held.hold();
    expect((await importCsv(app, arrivalReport([report(FROM, 7, 2_000)]))).status).toBe(200);
    expect((await series()).position).toBe(position);
    setTimeout(() => held.begin(), WAITS / 5);
    expect((await series()).position).toBeGreaterThan(position);
  });
});
