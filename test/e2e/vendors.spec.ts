import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Vendor, VendorInventoryStats } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';

describe('vendors', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const get = (id: string) => app.request<Vendor>('GET', `/api/vendors/${id}`);
  const patch = (id: string, body: unknown) => app.request<Vendor>('PATCH', `/api/vendors/${id}`, body);
  const stats = (id: string) => app.request<VendorInventoryStats>('GET', `/api/vendors/${id}/stats`);

  it('creates one from a name alone', async () => {
    const { status, body } = await app.request<Vendor>('POST', '/api/vendors', { name: 'Ramesh' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^vnd_\w+$/),
      name: 'Ramesh',
      names: {},
      market: null,
      district: null,
      state: null,
      languages: [],
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.createdAt,
    });
    expect((await get(body.id)).body).toEqual(body);
  });

  it('keeps every field it is given, its id too', async () => {
    const fields = {
      id: 'vnd_azadpur-1',
      name: 'Azadpur Traders',
      names: { hi: 'आज़ादपुर ट्रेडर्स' },
      market: 'Azadpur',
      district: 'North Delhi',
      state: 'Delhi',
      languages: ['hi', 'pa'],
    };
    const created = await app.request<Vendor>('POST', '/api/vendors', fields);
    expect(created).toMatchObject({ status: 201, body: fields });
    expect((await get(fields.id)).body).toEqual(created.body);
  });

  it('refuses an id that is taken and leaves its vendor alone', async () => {
    const vendor = await createVendor(app);
    const again = await app.request('POST', '/api/vendors', { id: vendor.id, name: 'Another' });
    expectProblem(again, 409, 'vendor_exists');
    expect((await get(vendor.id)).body).toEqual(vendor);
  });

  it('changes what differs, and nothing otherwise', async () => {
    const vendor = await createVendor(app, { name: 'Old', state: 'Punjab', names: { hi: 'क', ta: 'அ' } });

    const same = await patch(vendor.id, { name: 'Old', names: { ta: 'அ', hi: 'क' } });
    expect(same).toMatchObject({ status: 200, body: vendor });

    const changed = await patch(vendor.id, { name: 'New', state: null });
    const expected = { ...vendor, name: 'New', state: null, version: 2, updatedAt: expect.anything() };
    expect(changed).toMatchObject({ status: 200, body: expected });
    expect((await get(vendor.id)).body).toEqual(changed.body);
  });

  it('loses none of many changes at once', async () => {
    const vendor = await createVendor(app);
    const fields = ['name', 'market', 'district', 'state'];
    await Promise.all(fields.map((field) => patch(vendor.id, { [field]: `new ${field}` })));
    expect((await get(vendor.id)).body).toMatchObject({
      ...Object.fromEntries(fields.map((field) => [field, `new ${field}`])),
      version: 5,
    });
  });

  it('adds up its inventory', async () => {
    const vendor = await createVendor(app);
    const stock = [
      { basePrice: 10, category: 'spices', availability: 'available' },
      { basePrice: 20.25, category: 'spices', availability: 'limited' },
      { basePrice: 0.01, category: 'fruits', availability: 'available' },
    ];
    for (const fields of stock) await createProduct(app, { vendorId: vendor.id, ...fields });
    const last = await createProduct(app, { vendorId: vendor.id, basePrice: 5, category: 'fruits' });
    await createProduct(app, { basePrice: 1000 }); // somebody else's

    expect(await stats(vendor.id)).toMatchObject({
      status: 200,
      body: {
        vendorId: vendor.id,
        totalProducts: 4,
        byAvailability: { available: 3, limited: 1, out_of_stock: 0 },
        byCategory: { spices: 2, fruits: 2 },
        averagePrice: 8.82, // 35.26 / 4 = 8.815
        minPrice: 0.01,
        maxPrice: 20.25,
        lastUpdatedAt: last.updatedAt,
      },
    });
  });

  it('has stats without any product', async () => {
    const vendor = await createVendor(app);
    expect((await stats(vendor.id)).body).toEqual({
      vendorId: vendor.id,
      totalProducts: 0,
      byAvailability: { available: 0, limited: 0, out_of_stock: 0 },
      byCategory: {},
      averagePrice: null,
      minPrice: null,
      maxPrice: null,
      priceUnit: null,
      priceCurrency: null,
      prices: [],
      lastUpdatedAt: null,
    });
  });

  it('says 404 for one that does not exist, on every route', async () => {
    expectProblem(await get('vnd_none'), 404, 'vendor_not_found');
    expectProblem(await patch('vnd_none', { name: 'New' }), 404, 'vendor_not_found');
    expectProblem(await stats('vnd_none'), 404, 'vendor_not_found');
    const upsert = await app.request('PUT', '/api/vendors/vnd_none/inventory', { items: [] });
    expectProblem(upsert, 404, 'vendor_not_found');
  });
});
