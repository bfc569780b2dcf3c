import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import type { BulkAvailabilityResult } from '../../src/inventory/products/bulk-items.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError } from '../support/problems.js';
import { historyOf } from '../support/reading.js';

describe('POST /products/bulk-availability', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const post = (updates: unknown[]) =>
    app.request<{ results: BulkAvailabilityResult[] }>('POST', '/api/products/bulk-availability', { updates });

  it('says of every product what became of it, in the order of the request', async () => {
    const [a, b] = [await createProduct(app), await createProduct(app)];
    const { status, body } = await post([
      { productId: b.id, availability: 'available' },
      { productId: 'prd_none', availability: 'limited' },
      { productId: a.id, availability: 'limited' },
    ]);
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { productId: b.id, status: 'unchanged', version: 1 },
      { productId: 'prd_none', status: 'not_found' },
      { productId: a.id, status: 'updated', version: 2 },
    ]);
    expect((await app.request<Product>('GET', `/api/products/${a.id}`)).body.availability).toBe('limited');
    expect(await historyOf(app, b.id)).toHaveLength(1);
  });

  it('applies several updates of one product one after the other', async () => {
    const { id } = await createProduct(app);
    const { body } = await post([
      { productId: id, availability: 'limited' },
      { productId: id, availability: 'limited' },
      { productId: id, availability: 'available' },
    ]);
    expect(body.results.map(({ status, version }) => [status, version])).toEqual([
      ['updated', 2],
      ['unchanged', 2],
      ['updated', 3],
    ]);
    expect(await historyOf(app, id)).toHaveLength(3);
  });

  it('takes a thousand updates and not one more', async () => {
    const vendor = await createVendor(app);
    const items = Array.from({ length: 1000 }, (_, index) => ({
      sku: `s${index}`,
      name: `Product ${index}`,
      category: 'fruits',
      basePrice: 1,
    }));
    const created = await app.request<{ results: { productId: string }[] }>(
      'PUT',
      `/api/vendors/${vendor.id}/inventory`,
      { items },
    );
    const updates = created.body.results.map(({ productId }) => ({ productId, availability: 'out_of_stock' }));
    const { body } = await post(updates);
    expect(body.results).toEqual(updates.map(({ productId }) => ({ productId, status: 'updated', version: 2 })));
    expectFieldError(await post([...updates, updates[0]]), 'updates');
  });

  it('rejects what is wrong of a thousand updates by field, and does all the others', async () => {
    const vendor = await createVendor(app);
    const { id } = await createProduct(app, { vendorId: vendor.id });
    const good = { productId: id, availability: 'limited' };
    const updates: unknown[] = Array.from({ length: 1000 }, () => good);
    updates[3] = { productId: id };
    updates[4] = { availability: 'limited' };
    updates[5] = { productId: 'x y', availability: 'limited' };
    updates[6] = { productId: id, availability: 'sold' };
    updates[7] = { ...good, basePrice: 1 };
    updates[8] = null;
    const me = { authorization: await app.token({ role: 'vendor', vendorId: vendor.id }) };
    const { status, body } = await app.request<{ results: BulkAvailabilityResult[] }>(
      'POST',
      '/api/products/bulk-availability',
      { updates },
      me,
    );
    expect(status).toBe(200);
    expect(body.results.filter((result) => result.status === 'rejected')).toEqual([
      { productId: id, status: 'rejected', field: 'availability', reason: 'availability: is missing' },
      { productId: null, status: 'rejected', field: 'productId', reason: 'productId: is missing' },
      {
        productId: 'x y',
        status: 'rejected',
        field: 'productId',
        reason: expect.stringMatching(/productId: must be an id/),
      },
      {
        productId: id,
        status: 'rejected',
        field: 'availability',
        reason: 'availability: must be one of the following values: available, limited, out_of_stock',
      },
      { productId: id, status: 'rejected', field: 'basePrice', reason: 'basePrice: is not a known field' },
      { productId: null, status: 'rejected', reason: 'must be an object' },
    ]);
    expect(body.results.filter((result) => result.status !== 'rejected')).toHaveLength(994);
  });

  it('finds none of the products that are gone', async () => {
    const { id } = await createProduct(app);
    await app.request('DELETE', `/api/products/${id}`);
    expect((await post([{ productId: id, availability: 'limited' }])).body.results).toEqual([
      { productId: id, status: 'not_found' },
    ]);
  });
});
