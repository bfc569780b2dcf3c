import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProducts, Product, Vendor } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { walk } from '../support/reading.js';

/** A catalogue small enough to say by hand what each search finds. */
const CATALOGUE = [
  { sku: 'onion', name: 'Onion', names: { hi: 'प्याज', ta: 'வெங்காயம்' }, category: 'vegetables', basePrice: 24 },
  { sku: 'onion-red', name: 'Red Onion', category: 'vegetables', basePrice: 30, availability: 'limited' },
  { sku: 'potato', name: 'Potato', names: { hi: 'आलू' }, category: 'vegetables', basePrice: 12 },
  { sku: 'mango', name: 'Mango', names: { ur: 'آم' }, category: 'fruits', basePrice: 90, availability: 'out_of_stock' },
  { sku: 'rice', name: 'Basmati Rice', description: 'Long grain', category: 'cereals', basePrice: 90.5 },
] as const;

describe('GET /products/search', () => {
  let app: TestApp;
  let delhi: string;
  let chennai: string;

  beforeAll(async () => {
    app = await startApp();
    delhi = (await createVendor(app, { name: 'Azadpur', market: 'Azadpur', district: 'North', state: 'Delhi' })).id;
    chennai = (await createVendor(app, { name: 'Koyambedu', district: 'Chennai', state: 'Tamil Nadu' })).id;
    for (const product of CATALOGUE) {
      await createProduct(app, { ...product, vendorId: product.category === 'fruits' ? chennai : delhi });
    }
  });
  afterAll(() => app.close());

  const search = (query: Record<string, string>) =>
    app.request<FoundProducts>('GET', `/api/products/search?${new URLSearchParams(query).toString()}`);
  const found = async (query: Record<string, string>) => (await search(query)).body.items.map(({ sku }) => sku);

  it('answers a page in the shape of the contract', async () => {
    // Before the search: it waits until all that has been committed has its position.
    const log = await app.request<{ epoch: string; lastPosition: number }>('GET', '/api/events');
    const { status, headers, body } = await search({ q: 'rice' });
    expect(status).toBe(200);
    expect(headers.get('x-cache')).toMatch(/^(HIT|MISS|BYPASS)$/);
    expect(body).toEqual({
      items: [expect.objectContaining({ sku: 'rice', basePrice: 90.5, version: 1 })],
      nextCursor: null,
      epoch: log.body.epoch,
      position: log.body.lastPosition,
      interpretation: { kind: 'exact', q: 'rice', dropped: [], corrected: [], place: null },
    });
    const product = await app.request<Product>('GET', `/api/products/${body.items[0]!.id}`);
    const vendor = await app.request<Vendor>('GET', `/api/vendors/${delhi}`);
    const { name, names, market, district, state } = vendor.body;
    expect(body.items[0]).toEqual({
      ...product.body,
      pricePer: { amount: product.body.basePrice, unit: 'kg' },
      vendor: { id: delhi, name, names, market, district, state },
    });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['category', { category: 'fruits' }, ['mango']],
    ['vendor', { vendorId: 'chennai' }, ['mango']],
    ['state', { state: 'Tamil Nadu' }, ['mango']],
    ['district', { district: 'North', category: 'cereals' }, ['rice']],
    ['availability', { availability: 'limited' }, ['onion-red']],
    ['a lowest price, inclusive', { minPrice: '90' }, ['rice', 'mango']],
    ['a highest price, inclusive', { maxPrice: '24' }, ['potato', 'onion']],
    ['a price range to the paisa', { minPrice: '90.01', maxPrice: '90.50' }, ['rice']],
    ['an empty range', { minPrice: '50', maxPrice: '40' }, []],
    ['all at once', { q: 'onion', state: 'Delhi', category: 'vegetables', maxPrice: '25' }, ['onion']],
    ['a vendor nobody knows', { vendorId: 'vnd_none' }, []],
  ])('filters by %s', async (_what, query, skus) => {
    const vendorId = query.vendorId === 'chennai' ? { vendorId: chennai } : {};
    expect((await found({ ...query, ...vendorId })).sort()).toEqual([...skus].sort());
  });

  it.each<[string, string[]]>([
    ['onion', ['onion', 'onion-red']],
    ['ONION', ['onion', 'onion-red']],
    ['red onion', ['onion-red']],
    ['onion red', ['onion-red']],
    ['red on', ['onion-red']],
    ['on', ['onion', 'onion-red']],
    ['on red', []], // only the last word may be unfinished
    ['प्याज', ['onion', 'onion-red']],
    ['प्या', ['onion', 'onion-red']],
    ['வெங்காயம்', ['onion', 'onion-red']],
    ['pyaaz', ['onion', 'onion-red']],
    ['आलू', ['potato']],
    ['aloo', ['potato']],
    ['alu', ['potato']],
    ['آم', ['mango']],
    ['long grain', ['rice']],
    ['vegetables', ['onion', 'onion-red', 'potato']],
    ['spaceship', []],
    ['!!!', []],
    ["o'nion & | ! <-> :* \\", ['onion', 'onion-red']],
  ])('finds by the text %s', async (q, skus) => {
    expect((await found({ q, exact: 'true' })).sort()).toEqual([...skus].sort());
  });

  it('loosens a text that finds nothing, and says how', async () => {
    const { body } = await search({ q: 'Fresh oinon price' });
    expect(body.items.map(({ sku }) => sku).sort()).toEqual(['onion', 'onion-red']);
    expect(body.interpretation).toEqual({
      kind: 'loosened',
      q: 'onion',
      dropped: ['fresh', 'price'],
      corrected: [{ from: 'oinon', to: 'onion' }],
      place: null,
    });
    expect(await found({ q: 'oinon', exact: 'true' })).toEqual([]);
    expect((await search({ q: 'spaceship' })).body).toMatchObject({ items: [], interpretation: { kind: 'exact' } });
  });

  it('counts all that is found, not just the page, by what is asked for', async () => {
    const facetsOf = async (query: Record<string, string>) => (await search({ limit: '1', ...query })).body.facets;
    expect(await facetsOf({})).toBeUndefined();
    expect(await facetsOf({ facets: 'category,state,availability' })).toEqual({
      availability: [
        { value: 'available', count: 3 },
        { value: 'limited', count: 1 },
        { value: 'out_of_stock', count: 1 },
      ],
      category: [
        { value: 'vegetables', count: 3 },
        { value: 'cereals', count: 1 },
        { value: 'fruits', count: 1 },
      ],
      state: [
        { value: 'Delhi', count: 4 },
        { value: 'Tamil Nadu', count: 1 },
      ],
    });
    expect(await facetsOf({ q: 'onion', facets: 'availability' })).toEqual({
      availability: [
        { value: 'available', count: 1 },
        { value: 'limited', count: 1 },
      ],
    });
    expect(await facetsOf({ q: 'oinon', state: 'DELHI', maxPrice: '25', facets: 'category' })).toEqual({
      category: [{ value: 'vegetables', count: 1 }],
    });
    expect(await facetsOf({ q: '!!!', facets: 'category' })).toEqual({ category: [] });
    for (const facets of ['', 'name', 'state,state', 'state,']) {
      expect((await search({ facets })).status).toBe(400);
    }
  });

  it('goes on with a loosened search where its page ended', async () => {
    const query = { q: 'oinon', limit: '1', sort: 'price_asc' };
    const first = (await search(query)).body;
    const second = (await search({ ...query, cursor: first.nextCursor! })).body;
    expect([...first.items, ...second.items].map(({ sku }) => sku)).toEqual(['onion', 'onion-red']);
    expect(second).toMatchObject({ nextCursor: null, interpretation: { kind: 'loosened', q: 'onion' } });
  });

  it.each<[string, string[]]>([
    ['price_asc', ['potato', 'onion', 'onion-red', 'mango', 'rice']],
    ['price_desc', ['rice', 'mango', 'onion-red', 'onion', 'potato']],
    ['newest', ['rice', 'mango', 'potato', 'onion-red', 'onion']],
    ['relevance', ['rice', 'mango', 'potato', 'onion-red', 'onion']], // nothing to be relevant to: newest
  ])('sorts by %s', async (sort, skus) => {
    expect(await found({ sort })).toEqual(skus);
  });

  it('puts an exact word before the beginning of one', async () => {
    const fields = { vendorId: delhi, category: 'other', basePrice: 1 };
    await createProduct(app, { ...fields, sku: 'exact', name: 'Til' });
    await createProduct(app, { ...fields, sku: 'longer', name: 'Tilapia' });
    expect(await found({ q: 'til', category: 'other' })).toEqual(['exact', 'longer']);
    expect(await found({ q: 'til', category: 'other', sort: 'newest' })).toEqual(['longer', 'exact']);
  });

  it('names products in the language asked for, in their own where there is no translation', async () => {
    const { body } = await search({ category: 'vegetables', lang: 'hi', sort: 'price_asc' });
    expect(body.items).toMatchObject([{ displayName: 'आलू' }, { displayName: 'प्याज' }, { displayName: 'Red Onion' }]);
  });

  it('follows every change at once', async () => {
    const product = await createProduct(app, { name: 'Quince', category: 'new', basePrice: 1 });
    const at = (query: Record<string, string>) => search({ category: 'new', ...query });
    expect((await at({})).body.items).toHaveLength(1);
    await app.request('PATCH', `/api/products/${product.id}`, { basePrice: 2, name: 'Medlar' });
    expect((await at({ maxPrice: '1' })).body.items).toEqual([]);
    expect((await at({ q: 'quince' })).body.items).toEqual([]);
    expect((await at({ q: 'medlar' })).body.items).toMatchObject([{ basePrice: 2, version: 2 }]);
    await app.request('DELETE', `/api/products/${product.id}`);
    expect((await at({})).body.items).toEqual([]);
  });

  it('gives twenty when no limit is given', async () => {
    await Promise.all(Array.from({ length: 25 }, () => createProduct(app, { vendorId: delhi, category: 'many' })));
    expect((await search({ category: 'many' })).body.items).toHaveLength(20);
    expect(await walk(app, '/api/products/search?category=many')).toHaveLength(25);
  });
});
