import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyLog } from '../../src/cli/verify-log.js';
import type { Page, PriceSeries, Product, Vendor } from '../../src/contracts/index.js';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { randomOf } from '../support/interleaving.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import { arrivalReport, type Reported } from '../support/series-model.js';
import { withClient } from '../support/with-client.js';

/** Of this run; write it in its place to have the same changes again. */
const SEED = Date.now() % 1_000_000;
const ROUNDS = 12;
const STATES = ['Kerala', 'Goa', 'Sikkim'];
const MARKETS = ['One', 'Two', 'Three', 'Four'];
const UNITS = ['kg', 'quintal', 'dozen', 'crate'];

/** G13: the series are what the log amounts to in one statement, whatever has happened in which order. */
describe(`the series of prices (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)]!;
  let app: TestApp;
  let own: Product[];

  beforeAll(async () => {
    app = await startApp();
    const vendor = await createVendor(app, { state: 'Goa' });
    own = [];
    for (const commodity of ['onion', 'potato', null]) {
      own.push(await createProduct(app, { vendorId: vendor.id, unit: 'crate', unitWeightKg: 20, commodity }));
    }
  });
  afterAll(() => app.close());

  const done = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { status } = await app.request(method, path, body);
    expect([200, 204, 404]).toContain(status);
  };

  /** Corrections, late days and jumps of the price among them. */
  async function sendReports(): Promise<void> {
    const reports = Array.from({ length: 1 + random(12) }, (): Reported => {
      const modal = pick([500, 1_000, 1_250.55, 1_333.33, 9_000]);
      const arrived = random(2) === 0 ? { arrived: 1 + random(50) } : {};
      const day = `2026-01-${String(1 + random(20)).padStart(2, '0')}`;
      const place = { state: pick(STATES), market: pick(MARKETS), variety: pick(['Red', 'White']) };
      return { ...place, day, min: modal - 100, max: modal + 100, modal, ...arrived };
    });
    const commodity = pick(['Onion', 'Potato']);
    const { status } = await importCsv(app, arrivalReport(reports, commodity));
    // More than two imports at a time are refused.
    expect([200, 503]).toContain(status);
  }

  const products = async (): Promise<Product[]> =>
    (await app.request<Page<Product>>('GET', '/api/products/search?limit=100')).body.items;

  const CHANGES: readonly (() => Promise<void>)[] = [
    sendReports,
    sendReports,
    sendReports,
    async () => {
      const { body } = await app.request<Page<Vendor>>('GET', '/api/vendors/search?limit=100');
      await done('PATCH', `/api/vendors/${pick(body.items).id}`, { state: pick([...STATES, 'Assam']) });
    },
    async () => {
      await done('PATCH', `/api/products/${pick(await products()).id}`, {
        commodity: pick(['onion', 'potato', 'garlic', null]),
      });
    },
    async () => done('PATCH', `/api/products/${pick(await products()).id}`, { unitWeightKg: pick([7, 20, null]) }),
    async () => {
      const update = { basePrice: pick([10, 12.34, 20, 99.99]), unit: pick(UNITS) };
      await done('PATCH', `/api/products/${pick(own).id}`, update);
    },
    async () => {
      const availability = pick(['available', 'limited', 'out_of_stock']);
      await done('PUT', `/api/products/${pick(await products()).id}/availability`, { availability });
    },
    async () => {
      if (random(3) === 0) await done('DELETE', `/api/products/${pick(await products()).id}`);
    },
    async () => {
      if (random(3) === 0) {
        expect((await app.request('POST', '/api/projections/price-series/rebuild')).status).toBeLessThan(300);
      }
    },
  ];

  async function differences(): Promise<unknown> {
    const { projections } = await withClient(app.database.url, (client) => verifyLog(client));
    return projections.find(({ name }) => name === 'price-series')!.differences;
  }

  it('are what a recomputation from the log gives, after imports, corrections, deletions, moves and rebuilds', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const some = Array.from({ length: 1 + random(6) }, () => pick(CHANGES));
      if (random(2) === 0) await Promise.all(some.map((change) => change()));
      else for (const change of some) await change();
      await seriesCaughtUp(app);
      expect({ round, differences: await differences() }).toEqual({ round, differences: [] });
    }
  });

  it('can differ', async () => {
    await withClient(app.database.url, async (client) => {
      const { rows } = await client.query<{ id: number }>(
        `SELECT id FROM projection_builds WHERE projection = 'price-series' AND status = 'live'`,
      );
      await client.query(`UPDATE series_days_${rows[0]!.id} SET total = total + 0.0001 WHERE reports > 0`);
    });
    expect(await differences()).toMatchObject([{ table: 'series_days' }]);
  });

  it('of a product have first and last, lowest and highest of the prices that its vendor has set on a day', async () => {
    const vendor = await createVendor(app);
    const { id, pricedOn } = await createProduct(app, { vendorId: vendor.id, unit: 'kg', basePrice: 20 });
    for (const basePrice of [25.5, 12, 18.25]) await done('PATCH', `/api/products/${id}`, { basePrice });
    await seriesCaughtUp(app);
    const path = `/api/series/prices?productId=${id}&unit=kg&from=${pricedOn}`;
    const { body } = await app.request<PriceSeries>('GET', path);
    const none = { mean: null, median: null, weightedMean: null, reports: 0, markets: 0 };
    expect(body.points).toMatchObject([{ first: 20, last: 18.25, min: 12, max: 25.5, ...none }]);
  });
});
