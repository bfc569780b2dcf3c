import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import type { InventoryItemResult } from '../../src/inventory/inventory.service.js';
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
        reason: expect.stringMatching(/category.*basePrice/),
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

  it("leaves another vendor's product with the same sku alone", async () => {
    const theirs = await createProduct(app, { sku: 'shared', basePrice: 1 });
    const ours = await createProduct(app, { sku: 'shared', basePrice: 1 });
    await put(ours.vendorId, [{ sku: 'shared', basePrice: 2 }]);
    expect((await read(theirs.id)).basePrice).toBe(1);
    expect((await read(ours.id)).basePrice).toBe(2);
  });
});
