import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventContent, Page, Vendor } from '../../src/contracts/index.js';
import { SearchCacheInvalidator } from '../../src/search-cache/invalidation/search-cache-invalidator.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { walk } from '../support/reading.js';

type FoundVendor = Vendor & { inventory: { total: number; available: number } };

describe('GET /vendors/search', () => {
  let app: TestApp;
  let azadpur: Vendor;

  beforeAll(async () => {
    app = await startApp();
    const place = (market: string, district: string, state: string) => ({ market, district, state });
    azadpur = await createVendor(app, {
      name: 'Sharma Traders',
      names: { hi: 'शर्मा ट्रेडर्स' },
      ...place('Azadpur', 'North', 'Delhi'),
    });
    await createVendor(app, { name: 'Anand Farms', ...place('Okhla', 'South', 'Delhi') });
    await createVendor(app, { name: 'Sharmila Foods', ...place('Koyambedu', 'Chennai', 'Tamil Nadu') });
    for (const fields of [{}, { availability: 'limited' }, { availability: 'out_of_stock', category: 'fruits' }]) {
      await createProduct(app, { vendorId: azadpur.id, ...fields });
    }
  });
  afterAll(() => app.close());

  const search = (query: Record<string, string> = {}) =>
    app.request<Page<FoundVendor>>('GET', `/api/vendors/search?${new URLSearchParams(query).toString()}`);
  const names = async (query: Record<string, string> = {}) => (await search(query)).body.items.map(({ name }) => name);

  it('answers vendors with what they have in stock, by name', async () => {
    // Before the search: it waits until all that has been committed has its position.
    const log = await app.request<{ epoch: string; lastPosition: number }>('GET', '/api/events');
    const { status, body } = await search();
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        expect.objectContaining({ name: 'Anand Farms', inventory: { total: 0, available: 0 } }),
        { ...azadpur, inventory: { total: 3, available: 1 } },
        expect.objectContaining({ name: 'Sharmila Foods' }),
      ],
      nextCursor: null,
      epoch: log.body.epoch,
      position: log.body.lastPosition,
    });
  });

  it.each<[Record<string, string>, string[]]>([
    [{ q: 'sharma' }, ['Sharma Traders', 'Sharmila Foods']], // the second one begins alike by sound
    [{ q: 'sharm' }, ['Sharma Traders', 'Sharmila Foods']],
    [{ q: 'शर्मा ट्रेडर्स' }, ['Sharma Traders']],
    [{ q: 'azadpur' }, ['Sharma Traders']],
    [{ q: 'sharma delhi' }, ['Sharma Traders']],
    [{ q: '???' }, []],
    [{ state: 'Delhi' }, ['Anand Farms', 'Sharma Traders']],
    [{ state: 'Delhi', district: 'South' }, ['Anand Farms']],
    [{ category: 'fruits' }, ['Sharma Traders']],
    [{ category: 'spices' }, []],
    [{ state: 'Delhi', q: 'an' }, ['Anand Farms']],
  ])('finds by %j', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('follows a change of the vendor and of its stock', async () => {
    const vendor = await createVendor(app, { name: 'Zaveri' });
    const product = await createProduct(app, { vendorId: vendor.id });
    expect((await search({ q: 'zaveri' })).body.items[0]!.inventory).toEqual({ total: 1, available: 1 });
    await app.request('PUT', `/api/products/${product.id}/availability`, { availability: 'out_of_stock' });
    await app.request('PATCH', `/api/vendors/${vendor.id}`, { name: 'Yusuf' });
    expect(await names({ q: 'zaveri' })).toEqual([]);
    expect((await search({ q: 'yusuf' })).body.items[0]).toMatchObject({
      version: 2,
      inventory: { total: 1, available: 0 },
    });
  });

  it.each(['', 'q=stall'])('walks all pages, every vendor once and in order (%s)', async (query) => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => createVendor(app, { name: `Stall ${index % 4}`, state: 'Goa' })),
    );
    const whole = await walk<Vendor>(app, `/api/vendors/search?state=Goa&limit=100&${query}`);
    for (const limit of [1, 7]) {
      const walked = await walk<Vendor>(app, `/api/vendors/search?state=Goa&limit=${limit}&${query}`);
      expect(walked.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
    }
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
    expect(whole.map(({ name }) => name)).toEqual(whole.map(({ name }) => name).sort());
  });

  it('is not answered from the cache after an event whose former names were removed before it was invalidated', async () => {
    const asked = async () => (await search({ q: 'anand' })).headers.get('x-cache');
    await asked();
    expect(await asked()).toBe('HIT');
    const { body } = await app.request<{ events: EventContent[] }>('GET', `/api/events?vendorId=${azadpur.id}&limit=1`);
    const changes = [{ field: 'name', oldValue: null, newValue: null }];
    const nameless = { ...body.events[0]!, eventType: 'vendor_updated', changes } as unknown as EventContent;
    expect(await app.app.get(SearchCacheInvalidator).invalidate([nameless])).toBe(true);
    expect(await asked()).toBe('MISS');
  });
});
