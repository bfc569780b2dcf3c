import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { historyOf } from '../support/reading.js';

/** A sku is unique per vendor, whoever asks for it at the same time. */
describe('skus', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const create = (vendorId: string, sku: string) =>
    app.request<Product>('POST', '/api/products', {
      vendorId,
      sku,
      name: 'Onion',
      category: 'vegetables',
      basePrice: 1,
    });
  const patch = (id: string, body: unknown) => app.request<Product>('PATCH', `/api/products/${id}`, body);

  it('may be the same at two vendors, not twice at one', async () => {
    const [here, there] = [await createVendor(app), await createVendor(app)];
    expect((await create(here.id, 'a')).status).toBe(201);
    expect((await create(there.id, 'a')).status).toBe(201);
    expectProblem(await create(here.id, 'a'), 409, 'duplicate_sku');
    expect((await create(here.id, 'A')).status).toBe(201);
  });

  it('goes to one of many who ask for it at once', async () => {
    const vendor = await createVendor(app);
    const answers = await Promise.all(Array.from({ length: 12 }, () => create(vendor.id, 'wanted')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(11).fill(409)]);
  });

  it('can not be changed to a taken one, and the product stays as it was', async () => {
    const taken = await createProduct(app, { sku: 'taken' });
    const product = await createProduct(app, { vendorId: taken.vendorId, sku: 'own' });
    expectProblem(await patch(product.id, { sku: 'taken', basePrice: 5 }), 409, 'duplicate_sku');
    expect((await app.request('GET', `/api/products/${product.id}`)).body).toEqual(product);
    expect(await historyOf(app, product.id)).toHaveLength(1);
  });

  it('refused to one writer harms none of those who write at the same time', async () => {
    const vendor = await createVendor(app);
    const products = await Promise.all(
      Array.from({ length: 40 }, (_, index) => createProduct(app, { vendorId: vendor.id, sku: `s${index}` })),
    );
    const answers = await Promise.all(
      products.map(({ id }, index) => patch(id, index % 4 === 3 ? { sku: 's0' } : { basePrice: 200 + index })),
    );
    const expected = products.map((_product, index) => (index % 4 === 3 ? 409 : 200));
    expect(answers.map(({ status }) => status)).toEqual(expected);
    const lengths = await Promise.all(products.map(async ({ id }) => (await historyOf(app, id)).length));
    expect(lengths).toEqual(expected.map((status) => (status === 409 ? 1 : 2)));
  });

  it('frees the old one when changed', async () => {
    const product = await createProduct(app, { sku: 'old' });
    expect((await patch(product.id, { sku: 'new' })).body).toMatchObject({ sku: 'new', version: 2 });
    expect((await create(product.vendorId, 'old')).status).toBe(201);
    expectProblem(await create(product.vendorId, 'new'), 409, 'duplicate_sku');
  });
});
