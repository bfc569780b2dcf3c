import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import type { InventoryItemResult } from '../../src/inventory/products/bulk-items.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError } from '../support/problems.js';
import { historyOf } from '../support/reading.js';

describe('PUT /vendors/:id/inventory', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const put = (vendorId: string, items: unknown[]) =>
    app.request<{ results: InventoryItemResult[] }>('PUT', `/api/vendors/${vendorId}/inventory`, { items });
  const read = async (id: string | null) => (await app.request<Product>('GET', `/api/products/${id}`)).body;

  it('says of every item what became of it, in the order of the request', async () => {
    const known = await createProduct(app, { sku: 'known', basePrice: 10 });
    const same = await createProduct(app, { vendorId: known.vendorId, sku: 'same', basePrice: 10 });
    const { status, body } = await put(known.vendorId, [
      { sku: 'new', name: 'Okra', category: 'vegetables', basePrice: 30, unit: 'piece', names: { hi: 'भिंडी' } },
      { sku: 'same', basePrice: 10 },
      { sku: 'known', basePrice: 12.5, availability: 'limited' },
      { sku: 'half', name: 'Half' },
    ]);
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { sku: 'new', productId: expect.stringMatching(/^prd_/), status: 'created', version: 1 },
      { sku: 'same', productId: same.id, status: 'unchanged', version: 1 },
      { sku: 'known', productId: known.id, status: 'updated', version: 2 },
      {
        sku: 'half',
        productId: null,
        status: 'rejected',
        version: null,
        reason: 'A new product needs category, basePrice',
        field: 'category',
      },
    ]);
    expect(await read(body.results[0]!.productId)).toMatchObject({
      vendorId: known.vendorId,
      name: 'Okra',
      names: { hi: 'भिंडी' },
      unit: 'piece',
      basePrice: 30,
    });
    expect(await read(known.id)).toMatchObject({ name: known.name, basePrice: 12.5, availability: 'limited' });
    expect(await historyOf(app, same.id)).toHaveLength(1);
  });

  it('applies the same sku twice in one request one after the other', async () => {
    const vendor = await createVendor(app);
    const { body } = await put(vendor.id, [
      { sku: 'a', name: 'Okra', category: 'vegetables', basePrice: 30 },
      { sku: 'a', basePrice: 31 },
      { sku: 'a', basePrice: 31 },
      { sku: 'a', basePrice: 32, availability: 'limited' },
    ]);
    expect(body.results.map(({ status, version }) => [status, version])).toEqual([
      ['created', 1],
      ['updated', 2],
      ['unchanged', 2],
      ['updated', 3],
    ]);
    const [id] = new Set(body.results.map(({ productId }) => productId));
    expect(await read(id!)).toMatchObject({ basePrice: 32, availability: 'limited', version: 3 });
    expect((await historyOf(app, id!)).map(({ eventType, version }) => [eventType, version])).toEqual([
      ['product_created', 1],
      ['price_changed', 2],
      ['price_changed', 3],
      ['availability_changed', 3],
    ]);
  });

  it('creates a sku once, however many ask for it at the same time', async () => {
    const vendor = await createVendor(app);
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        put(vendor.id, [{ sku: 'once', name: 'Okra', category: 'vegetables', basePrice: index + 1 }]),
      ),
    );
    const results = answers.flatMap(({ body }) => body.results);
    expect(results.filter(({ status }) => status === 'created')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'updated')).toHaveLength(15);
    expect(new Set(results.map(({ productId }) => productId)).size).toBe(1);
  });

  it('takes a thousand items, not one more, and none at all', async () => {
    const vendor = await createVendor(app);
    const items = Array.from({ length: 1001 }, (_, index) => ({
      sku: `s${index}`,
      name: `Product ${index}`,
      category: 'vegetables',
      basePrice: index,
    }));
    expectFieldError(await put(vendor.id, items), 'items');
    expect((await put(vendor.id, [])).body).toEqual({ results: [] });
    const { status, body } = await put(vendor.id, items.slice(1));
    expect(status).toBe(200);
    expect(new Set(body.results.map((result) => result.status))).toEqual(new Set(['created']));
    expect(body.results.map(({ sku }) => sku)).toEqual(items.slice(1).map(({ sku }) => sku));
  });

  it('rejects what is wrong of a thousand items by sku and field, and does all the others', async () => {
    const vendor = await createVendor(app);
    const items = Array.from({ length: 1000 }, (_, index) => ({
      sku: `s${index}`,
      name: `Product ${index}`,
      category: 'vegetables',
      basePrice: index,
    }));
    const bad: [place: number, change: Record<string, unknown>, field: string, reason: string][] = [
      [0, { basePrice: 12.345 }, 'basePrice', 'must have at most two decimals'],
      [140, { basePrice: '12' }, 'basePrice', 'must be a number'],
      [280, { category: 'Leafy Vegetables' }, 'category', 'must be a lower-case kebab slug such as leafy-vegetables'],
      [
        420,
        { availability: 'sold' },
        'availability',
        'must be one of the following values: available, limited, out_of_stock',
      ],
      [560, { names: { hindi: 'x' } }, 'names', 'has a key that is not a language tag'],
      [700, { price: 1 }, 'price', 'is not a known field'],
      [999, { name: undefined, basePrice: undefined }, 'name', 'A new product needs name, basePrice'],
    ];
    const sent: object[] = [...items];
    for (const [place, change] of bad) sent[place] = { ...items[place]!, ...change };
    const { status, body } = await put(vendor.id, sent);
    expect(status).toBe(200);
    expect(body.results.filter((result) => result.status === 'created')).toHaveLength(993);
    expect(body.results.filter((result) => result.status === 'rejected')).toEqual(
      bad.map(([place, , field, reason]) => ({
        sku: `s${place}`,
        productId: null,
        status: 'rejected',
        version: null,
        field,
        reason: reason.startsWith('A new') ? reason : `${field}: ${reason}`,
      })),
    );
    // Corrected, they are all there is left to do, also of products that are there already.
    const again = (await put(vendor.id, items)).body.results.map((result) => result.status);
    expect(again.filter((one) => one === 'created')).toHaveLength(7);
    expect(again.filter((one) => one === 'unchanged')).toHaveLength(993);
    const dearer = items.map(({ sku, basePrice }, index) => ({ sku, basePrice: index === 5 ? -1 : basePrice + 1 }));
    const changed = (await put(vendor.id, dearer)).body.results;
    expect(changed.filter((result) => result.status === 'updated')).toHaveLength(999);
    expect(changed[5]).toMatchObject({ sku: 's5', status: 'rejected', field: 'basePrice' });
  });

  it('says of an item without a usable sku that it has none', async () => {
    const vendor = await createVendor(app);
    const { body } = await put(vendor.id, [{ basePrice: 1 }, { sku: 7 }, { sku: ' ' }, null]);
    expect(body.results.map(({ sku, field, reason }) => [sku, field, reason])).toEqual([
      [null, 'sku', 'sku: is missing'],
      [null, 'sku', 'sku: must be a string'],
      [' ', 'sku', 'sku: must not be blank'],
      [null, undefined, 'must be an object'],
    ]);
  });

  it('takes the noise of binary fractions for the two decimals it stands for', async () => {
    const vendor = await createVendor(app);
    const noisy = [0.1 + 0.2, 4.1 * 3, 1.1 + 2.2, 19.990000000000002, 9999999999.99];
    const items = noisy.map((basePrice, index) => ({
      sku: `n${index}`,
      name: 'Okra',
      category: 'vegetables',
      basePrice,
    }));
    const { results } = (await put(vendor.id, items)).body;
    const prices = await Promise.all(results.map(async ({ productId }) => (await read(productId)).basePrice));
    expect(prices).toEqual([0.3, 12.3, 3.3, 19.99, 9999999999.99]);
    const exact = prices.map((basePrice, index) => ({ sku: `n${index}`, basePrice }));
    expect(new Set((await put(vendor.id, [...items, ...exact])).body.results.map(({ status }) => status))).toEqual(
      new Set(['unchanged']),
    );
    for (const bound of ['minPrice=0.30000000000000004&maxPrice=0.29999999999999999', 'minPrice=12.299999999999999']) {
      const found = await app.request<{ items: Product[] }>(
        'GET',
        `/api/products/search?vendorId=${vendor.id}&${bound}`,
      );
      expect(found.body.items.map(({ basePrice }) => basePrice)).toContain(bound.startsWith('minPrice=0') ? 0.3 : 12.3);
    }
  });

  it("leaves another vendor's product with the same sku alone", async () => {
    const theirs = await createProduct(app, { sku: 'shared', basePrice: 1 });
    const ours = await createProduct(app, { sku: 'shared', basePrice: 1 });
    await put(ours.vendorId, [{ sku: 'shared', basePrice: 2 }]);
    expect((await read(theirs.id)).basePrice).toBe(1);
    expect((await read(ours.id)).basePrice).toBe(2);
  });

  it('rejects an item whose names have too many words, and refuses a request with too many', async () => {
    const { id } = await createVendor(app);
    const words = (count: number): string => Array.from({ length: count }, (_none, index) => `क${index % 9}`).join(' ');
    const names = Object.fromEntries(Array.from({ length: 20 }, (_none, index) => [`hi-${1_000 + index}`, words(60)]));
    const { body } = await put(id, [
      { sku: 'wordy', name: 'Okra', names, category: 'vegetables', basePrice: 1 },
      { sku: 'okra', name: 'Okra', category: 'vegetables', basePrice: 1 },
    ]);
    expect(body.results).toEqual([
      expect.objectContaining({
        sku: 'wordy',
        status: 'rejected',
        field: 'names',
        reason: expect.stringMatching(/1024 words/),
      }),
      expect.objectContaining({ sku: 'okra', status: 'created' }),
    ]);
    const item = (index: number) => ({ sku: `s${index}`, name: 'Okra', description: words(600) });
    const refused = await put(
      id,
      Array.from({ length: 170 }, (_none, index) => item(index)),
    );
    expectFieldError(refused, 'items');
  });
});
