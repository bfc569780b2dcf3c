import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, Page, Product, VendorInventoryStats } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { walk } from '../support/reading.js';

/** What is sold by weight, in the order of what a kilogram costs: 27, 28, 29 and 30 rupees. */
const BY_WEIGHT = [
  { sku: 'quintal', unit: 'quintal', basePrice: 2_700 },
  { sku: 'kg', unit: 'kg', basePrice: 28 },
  { sku: 'tonne', unit: 'tonne', basePrice: 29_000 },
  { sku: 'crate', unit: 'crate', unitWeightKg: 20, basePrice: 600 },
];
/** What isn't comparable with it, by dimension, currency and price. */
const OTHERS = [
  { sku: 'bag', unit: 'bag', basePrice: 1 },
  { sku: 'kg-npr', unit: 'kg', currency: 'NPR', basePrice: 0.5 },
  { sku: 'litre', unit: 'litre', basePrice: 60 },
  { sku: 'dozen', unit: 'dozen', basePrice: 60 },
  { sku: 'piece', unit: 'piece', basePrice: 6 },
];
const skusOf = (products: readonly { sku: string }[]): string[] => products.map(({ sku }) => sku);
const WEIGHED = skusOf(BY_WEIGHT);
const REST = skusOf(OTHERS);

describe('prices of several units and currencies', () => {
  let app: TestApp;
  let vendorId: string;

  beforeAll(async () => {
    app = await startApp();
    vendorId = (await createVendor(app, { state: 'Goa' })).id;
    for (const product of [...OTHERS, ...BY_WEIGHT]) {
      await createProduct(app, { ...product, vendorId, name: 'Tomato' });
    }
  });
  afterAll(() => app.close());

  const path = (query: Record<string, unknown>): string =>
    `/api/products/search?${Object.entries(query)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
      .join('&')}`;
  const search = async (query: Record<string, unknown>) =>
    (await app.request<Page<FoundProduct>>('GET', path(query))).body;
  const found = async (query: Record<string, unknown>) => skusOf((await search(query)).items);

  /** However a page is found: by one vendor, along an index, by a word, within a state. */
  describe.each([
    {},
    { vendorId: 'the vendor' },
    { category: 'vegetables' },
    { q: 'tomato' },
    { state: 'Goa' },
    { q: 'tomato', availability: 'available', state: 'Goa' },
  ])('of a search with %j', (filters) => {
    const where = () => ({ ...filters, ...('vendorId' in filters && { vendorId }) });

    it('are sorted by what is comparable, and the others follow by dimension, currency and price', async () => {
      expect(await found({ ...where(), sort: 'price_asc' })).toEqual([...WEIGHED, ...REST]);
      expect(await found({ ...where(), sort: 'price_desc' })).toEqual([...WEIGHED.toReversed(), ...REST.toReversed()]);
      const pieces = await found({ ...where(), sort: 'price_asc', per: 'dozen' });
      expect(pieces).toEqual(['dozen', 'piece', 'bag', ...WEIGHED, 'kg-npr', 'litre']);
      const rupees = await found({ ...where(), sort: 'price_asc', currency: 'NPR' });
      expect(rupees).toEqual(['kg-npr', 'bag', ...WEIGHED, 'litre', 'dozen', 'piece']);
      const nowhere = await found({ ...where(), sort: 'price_desc', per: 'sack' });
      expect(nowhere).toEqual(['piece', 'dozen', 'litre', 'kg-npr', ...WEIGHED.toReversed(), 'bag']);
    });

    it.each(['price_asc', 'price_desc'])('are continued from every page by %s', async (sort) => {
      const whole = await found({ ...where(), sort });
      for (let limit = 1; limit <= whole.length; limit += 1) {
        expect(skusOf(await walk<Product>(app, path({ ...where(), sort, limit })))).toEqual(whole);
      }
    });

    it('are bounded by what is comparable', async () => {
      const bounded = (bounds: Record<string, unknown>) => found({ ...where(), sort: 'price_asc', ...bounds });
      expect(await bounded({ minPrice: 2_750, per: 'quintal' })).toEqual(['kg', 'tonne', 'crate']);
      expect(await bounded({ maxPrice: 28 })).toEqual(['quintal', 'kg']);
      expect(await bounded({ minPrice: 29_000, maxPrice: 29_000, per: 'tonne' })).toEqual(['tonne']);
      expect(await bounded({ minPrice: 0, currency: 'NPR' })).toEqual(['kg-npr']);
      expect(await bounded({ minPrice: 60, maxPrice: 60, per: 'dozen' })).toEqual(['dozen']);
      expect(await bounded({ maxPrice: 1_000, per: 'crate' })).toEqual([]);
      expect(new Set(await found({ ...where(), minPrice: 28, maxPrice: 29 }))).toEqual(new Set(['kg', 'tonne']));
    });
  });

  it('are shown per the unit asked for, exactly, where they are comparable', async () => {
    const per = async (query: Record<string, unknown>) =>
      Object.fromEntries((await search(query)).items.map(({ sku, pricePer }) => [sku, pricePer]));
    expect(await per({})).toMatchObject({
      quintal: { amount: 27, unit: 'kg' },
      crate: { amount: 30, unit: 'kg' },
      'kg-npr': null,
      piece: null,
    });
    expect(await per({ per: 'quintal' })).toMatchObject({ kg: { amount: 2_800, unit: 'quintal' }, dozen: null });
    expect(await per({ per: 'dozen' })).toMatchObject({
      dozen: { amount: 60, unit: 'dozen' },
      piece: { amount: 72, unit: 'dozen' },
    });
    expect(await per({ per: 'bag' })).toMatchObject({ bag: { amount: 1, unit: 'bag' }, kg: null });
    expect(await per({ currency: 'NPR' })).toMatchObject({ kg: null, 'kg-npr': { amount: 0.5, unit: 'kg' } });
    const { id } = await createProduct(app, { vendorId, sku: 'seven', unit: 'sack', unitWeightKg: 7, basePrice: 100 });
    // 14.285714 per kg would give 1,428.5714.
    expect(await per({ per: 'quintal' })).toMatchObject({ seven: { amount: 1_428.571429, unit: 'quintal' } });
    await app.request('DELETE', `/api/products/${id}`);
  });

  it('come out of the cache in another order as soon as a unit, a weight or a currency has changed', async () => {
    const other = await createVendor(app);
    const make = (fields: Record<string, unknown>) => createProduct(app, { vendorId: other.id, ...fields });
    const moved = await make({ sku: 'moved', unit: 'kg', basePrice: 40 });
    await make({ sku: 'still', unit: 'kg', basePrice: 50 });
    const query = { vendorId: other.id, sort: 'price_asc', limit: 1 };
    const first = async () => ({
      cheapest: await found(query),
      within: await found({ vendorId: other.id, minPrice: 45 }),
    });
    const set = (fields: Record<string, unknown>) => app.request('PATCH', `/api/products/${moved.id}`, fields);
    expect(await first()).toEqual({ cheapest: ['moved'], within: ['still'] });
    await set({ unit: 'crate' });
    expect(await first()).toEqual({ cheapest: ['still'], within: ['still'] });
    await set({ unitWeightKg: 0.5 });
    expect(await first()).toEqual({ cheapest: ['still'], within: ['still', 'moved'] });
    await set({ unitWeightKg: 1 });
    expect(await first()).toEqual({ cheapest: ['moved'], within: ['still'] });
    await set({ currency: 'NPR', unit: 'kg' });
    expect(await first()).toEqual({ cheapest: ['still'], within: ['still'] });
  });

  it('have cursors of their own, and those of other orders and of before are refused', async () => {
    const { nextCursor } = await search({ sort: 'price_asc', limit: 1 });
    const before = Buffer.from(JSON.stringify(['price_asc', 27, 'prd_1'])).toString('base64url');
    const refused = [
      { sort: 'price_asc', cursor: before },
      { sort: 'price_desc', cursor: nextCursor },
      { sort: 'price_asc', cursor: nextCursor, per: 'piece' },
      { sort: 'price_asc', cursor: nextCursor, currency: 'NPR' },
      { cursor: nextCursor },
    ];
    for (const query of refused) {
      const { status, body } = await app.request<{ code: string }>('GET', path(query));
      expect([query, status, body.code]).toEqual([query, 400, 'validation_failed']);
    }
    // Another unit of the same dimension is the same order.
    expect(await found({ sort: 'price_asc', limit: 1, cursor: nextCursor, per: 'tonne' })).toEqual(['kg']);
    // A cursor from among the others leads to nothing once a price range leaves these out.
    const others = await search({ sort: 'price_asc', limit: 6 });
    expect(await found({ sort: 'price_asc', cursor: others.nextCursor, minPrice: 0 })).toEqual([]);
  });

  it('are refused as bounds and terms if they are none', async () => {
    for (const query of [{ per: '' }, { per: 'x'.repeat(33) }, { currency: 'inr' }, { currency: 'RUPEES' }]) {
      expect((await app.request('GET', path(query))).status).toBe(400);
    }
  });

  it('are counted apart in the statistics of a vendor', async () => {
    const stats = async (id: string) =>
      (await app.request<VendorInventoryStats>('GET', `/api/vendors/${id}/stats`)).body;
    expect(await stats(vendorId)).toMatchObject({
      prices: [
        { per: 'kg', currency: 'INR', averagePrice: 28.5, minPrice: 27, maxPrice: 30, products: 4 },
        { per: 'piece', currency: 'INR', averagePrice: 5.5, minPrice: 5, maxPrice: 6, products: 2 },
        { per: 'bag', currency: 'INR', averagePrice: 1, minPrice: 1, maxPrice: 1, products: 1 },
        { per: 'kg', currency: 'NPR', averagePrice: 0.5, minPrice: 0.5, maxPrice: 0.5, products: 1 },
        { per: 'litre', currency: 'INR', averagePrice: 60, minPrice: 60, maxPrice: 60, products: 1 },
      ],
      ...{ averagePrice: 28.5, minPrice: 27, maxPrice: 30, priceUnit: 'kg', priceCurrency: 'INR' },
    });
    const wholesaler = (await createVendor(app)).id;
    expect(await stats(wholesaler)).toMatchObject({ prices: [], averagePrice: null, priceUnit: null });
    for (const basePrice of [2_700, 2_800.55]) {
      await createProduct(app, { vendorId: wholesaler, unit: 'quintal', basePrice });
    }
    expect(await stats(wholesaler)).toMatchObject({
      prices: [{ per: 'kg', averagePrice: 27.50275, minPrice: 27, maxPrice: 28.0055, products: 2 }],
      ...{ averagePrice: 2_750.28, minPrice: 2_700, maxPrice: 2_800.55, priceUnit: 'quintal' },
    });
  });
});
