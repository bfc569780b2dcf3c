import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError, expectProblem } from '../support/problems.js';
import { historyOf } from '../support/reading.js';

describe('products', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const get = (id: string) => app.request<Product>('GET', `/api/products/${id}`);
  const patch = (id: string, body: unknown, headers?: Record<string, string>) =>
    app.request<Product>('PATCH', `/api/products/${id}`, body, headers);

  it('creates one with the defaults of the contract', async () => {
    const vendor = await createVendor(app);
    const fields = { vendorId: vendor.id, name: 'Onion', category: 'leafy-vegetables', basePrice: 24.5 };
    const { status, body, headers } = await app.request<Product>('POST', '/api/products', fields);
    expect(status).toBe(201);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toEqual({
      id: expect.stringMatching(/^prd_\w+$/),
      sku: expect.stringMatching(/./),
      ...fields,
      names: {},
      description: null,
      commodity: null,
      variety: null,
      grade: null,
      unit: 'kg',
      unitWeightKg: null,
      minPrice: null,
      maxPrice: null,
      currency: 'INR',
      pricedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      comparablePrice: { amount: 24.5, per: 'kg', currency: 'INR' },
      availability: 'available',
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.createdAt,
    });
  });

  it('keeps every field it is given', async () => {
    const vendor = await createVendor(app);
    const fields = {
      vendorId: vendor.id,
      sku: 'ON/1 "red"',
      name: 'Onion',
      names: { hi: 'प्याज', ta: 'வெங்காயம்', 'zh-Hant': '洋蔥' },
      description: 'Line one\nline two 🧅',
      category: 'vegetables',
      unit: 'quintal',
      basePrice: 9_999_999_999.99,
      currency: 'NPR',
      availability: 'limited',
    };
    const created = await app.request<Product>('POST', '/api/products', fields);
    expect(created).toMatchObject({ status: 201, body: fields });
    const read = await get(created.body.id);
    expect(read).toMatchObject({ status: 200, body: created.body });
    expect(read.headers.get('etag')).toBe('"1"');
  });

  it.each([0, 0.01, 0.1, 1.1, 19.99, 1_234_567.89, 9_999_999_999.99])(
    'keeps the price %d to the paisa',
    async (price) => {
      const { id } = await createProduct(app, { basePrice: price });
      expect((await get(id)).body.basePrice).toBe(price);
    },
  );

  it('takes any subset of the fields and raises the version', async () => {
    const product = await createProduct(app, { description: 'old', names: { hi: 'क', ta: 'அ' } });
    const updates = {
      names: { hi: 'ख' },
      description: null,
      unit: 'piece',
      currency: 'USD',
      sku: 'new',
      category: 'fruits',
    };
    const changed = await patch(product.id, updates);
    expect(changed).toMatchObject({
      status: 200,
      body: {
        ...product,
        ...updates,
        comparablePrice: { amount: 100, per: 'piece', currency: 'USD' },
        version: 2,
        updatedAt: expect.anything(),
      },
    });
    expect(changed.headers.get('etag')).toBe('"2"');
    expect((await get(product.id)).body).toEqual(changed.body);
  });

  it.each([
    ['nothing', {}],
    ['the same price written otherwise', '{"basePrice": 100.00}'],
    ['names in another order', { names: { ta: 'அ', hi: 'क' } }],
    ['all fields as they are', { name: 'Same', basePrice: 100, availability: 'available', description: null }],
  ])('does nothing when a change is %s', async (_what, body) => {
    const product = await createProduct(app, { name: 'Same', names: { hi: 'क', ta: 'அ' } });
    const answer = await patch(product.id, body, { 'content-type': 'application/json' });
    expect(answer).toMatchObject({ status: 200, body: product });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(await historyOf(app, product.id)).toHaveLength(1);
  });

  it('knows no difference between 0 and -0', async () => {
    const product = await createProduct(app, { basePrice: 0 });
    const answer = await patch(product.id, '{"basePrice": -0}', { 'content-type': 'application/json' });
    expect(answer).toMatchObject({ status: 200, body: product });
    expect(await historyOf(app, product.id)).toHaveLength(1);
  });

  it('changes availability by its own route', async () => {
    const { id } = await createProduct(app);
    const put = (availability: string) =>
      app.request<Product>('PUT', `/api/products/${id}/availability`, { availability });
    expect(await put('out_of_stock')).toMatchObject({
      status: 200,
      body: { availability: 'out_of_stock', version: 2 },
    });
    expect(await put('out_of_stock')).toMatchObject({
      status: 200,
      body: { availability: 'out_of_stock', version: 2 },
    });
    expect((await historyOf(app, id)).map(({ eventType }) => eventType)).toEqual([
      'product_created',
      'availability_changed',
    ]);
  });

  it('changes only the version that If-Match names', async () => {
    const { id } = await createProduct(app);
    expect((await patch(id, { basePrice: 101 }, { 'if-match': '"1"' })).body.version).toBe(2);

    const late = await patch(id, { basePrice: 102 }, { 'if-match': '"1"' });
    expectProblem(late, 412, 'version_mismatch');
    // Even if nothing would differ: the client's picture is out of date.
    expectProblem(await patch(id, { basePrice: 101 }, { 'if-match': '"1"' }), 412, 'version_mismatch');
    expect((await get(id)).body).toMatchObject({ basePrice: 101, version: 2 });

    expect((await patch(id, { basePrice: 103 }, { 'if-match': '*' })).body.version).toBe(3);
    expectFieldError(await patch(id, { basePrice: 104 }, { 'if-match': 'yesterday' }), 'If-Match');
  });

  it('lets one of many win who all saw the same version', async () => {
    const { id } = await createProduct(app);
    const prices = Array.from({ length: 20 }, (_, index) => 200 + index);
    const answers = await Promise.all(prices.map((basePrice) => patch(id, { basePrice }, { 'if-match': '"1"' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(412)]);
    expect((await get(id)).body.version).toBe(2);
  });

  it('is gone once deleted', async () => {
    const { id, vendorId, sku } = await createProduct(app);
    const deleted = await app.request('DELETE', `/api/products/${id}`);
    expect(deleted).toMatchObject({ status: 204, body: '' });
    expectProblem(await get(id), 404, 'product_not_found');
    expectProblem(await app.request('DELETE', `/api/products/${id}`), 404, 'product_not_found');
    // Its sku is free again, for another product.
    expect((await createProduct(app, { vendorId, sku })).id).not.toBe(id);
  });

  it('says 404 for one that does not exist, on every route', async () => {
    const path = '/api/products/prd_none';
    expectProblem(await get('prd_none'), 404, 'product_not_found');
    expectProblem(await patch('prd_none', { basePrice: 1 }), 404, 'product_not_found');
    const put = await app.request('PUT', `${path}/availability`, { availability: 'limited' });
    expectProblem(put, 404, 'product_not_found');
    expectProblem(await app.request('DELETE', path), 404, 'product_not_found');
    expectProblem(await app.request('GET', `${path}/history`), 404, 'product_not_found');
  });

  it('says 404 for a new product of an unknown vendor', async () => {
    const body = { vendorId: 'vnd_none', name: 'Onion', category: 'vegetables', basePrice: 1 };
    expectProblem(await app.request('POST', '/api/products', body), 404, 'vendor_not_found');
  });
});
