import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StockInsight, StockInsights, VendorInsights } from '../../src/contracts/index.js';
import { dayAfter } from '../../src/infra/index.js';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/processes.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';
import { arrivalReport } from '../support/series-model.js';

describe('Insights', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const stock = async (query: string): Promise<StockInsight[]> => {
    const path = `/api/insights/stock?${query}`;
    return (await app.request<StockInsights>('GET', path, undefined, { authorization: '' })).body.insights;
  };

  it('say what there is of a category in a state, live', async () => {
    const vendor = await createVendor(app, { state: 'Kerala' });
    const of = (fields: object) => createProduct(app, { vendorId: vendor.id, category: 'spices', ...fields });
    const [first] = [
      await of({}),
      await of({}),
      await of({ availability: 'limited' }),
      await of({ category: 'pulses' }),
    ];
    const spices = { category: 'spices', state: 'Kerala', products: 3 };
    await waitFor(async () => (await stock('category=spices&state=kerala'))[0]?.products === 3, {
      what: 'its products',
    });
    expect(await stock('category=spices&state=kerala')).toEqual([
      {
        ...spices,
        available: 0.667,
        limited: 0.333,
        outOfStock: 0,
        outOfStockHours: null,
        changesPerHour: expect.any(Number),
      },
    ]);
    await app.request('PUT', `/api/products/${first.id}/availability`, { availability: 'out_of_stock' });
    await waitFor(async () => (await stock('category=spices'))[0]?.outOfStock === 0.333, { what: 'what is gone' });
    const [gone] = await stock('category=spices');
    expect(gone).toMatchObject({ ...spices, available: 0.333, outOfStockHours: 0 });
    // Three creations and a change; as many hours as have passed of the last 24.
    expect(gone!.changesPerHour).toBeGreaterThan(4 / 24 - 0.01);
    expect(gone!.changesPerHour).toBeLessThan(4 / 23 + 0.01);
    await app.request('DELETE', `/api/products/${first.id}`);
    await waitFor(async () => (await stock('category=spices'))[0]?.products === 2, { what: 'the deletion' });
    expect(await stock('state=Goa')).toEqual([]);
    expect((await stock('')).map(({ category }) => category)).toEqual(['spices', 'pulses']);
  });

  it('show a vendor its own products beside the market, and nobody else', async () => {
    const vendor = await createVendor(app, { state: 'Gujarat' });
    const { id, pricedOn: today } = await createProduct(app, {
      ...{ vendorId: vendor.id, name: 'Onion', commodity: 'onion', unit: 'kg', basePrice: 22 },
    });
    await createProduct(app, { vendorId: vendor.id, commodity: 'onion', unit: 'piece', availability: 'out_of_stock' });
    await createProduct(app, { vendorId: vendor.id, pricedOn: dayAfter(today, -3) });
    const day = dayAfter(today, -1);
    const reports = [1_900, 2_000, 2_400].map((modal, index) => {
      const place = { state: 'Gujarat', market: `M${index}`, variety: 'Red' };
      return { ...place, day, min: modal, max: modal, modal };
    });
    expect((await importCsv(app, arrivalReport(reports))).status).toBe(200);
    await seriesCaughtUp(app);
    const path = `/api/vendors/${vendor.id}/insights`;
    const authorization = await app.token({ role: 'vendor', vendorId: vendor.id });
    const { body } = await app.request<VendorInsights>('GET', path, undefined, { authorization });
    expect(body).toEqual({
      ...{ vendorId: vendor.id, products: 3, outOfStock: 0.333 },
      freshness: { today: 2, thisWeek: 1, older: 0 },
      prices: [
        {
          ...{ productId: id, name: 'Onion', commodity: 'onion', price: 22, unit: 'kg', currency: 'INR' },
          ...{ marketMedian: 20, day, differencePercent: 10 },
        },
      ],
    });
    expectProblem(await app.request('GET', path, undefined, { authorization: '' }), 401, 'unauthorized');
    const other = await app.token({ role: 'vendor', vendorId: 'vnd_other' });
    expectProblem(await app.request('GET', path, undefined, { authorization: other }), 403, 'forbidden');
    expectProblem(await app.request('GET', '/api/vendors/vnd_none/insights'), 404, 'vendor_not_found');
  });
});
