import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { InventoryService, VendorService } from '../../src/inventory/index.js';
import { ValidationFailedError } from '../../src/infra/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { storedDigest } from '../support/reading.js';

/** Code that calls the services itself, without types in its way, is held to what HTTP is held to. */
describe('writes of code in the process', () => {
  let app: TestApp;
  let inventory: InventoryService;
  let product: Product;
  let vendor: Vendor;

  beforeAll(async () => {
    app = await startApp();
    inventory = app.app.get(InventoryService);
    vendor = await createVendor(app);
    product = await createProduct(app, { vendorId: vendor.id, basePrice: 10 });
  });
  afterAll(() => app.close());

  const updates: [what: string, updates: object, field: string][] = [
    ['a price finer than is stored', { basePrice: 10.005 }, 'basePrice'],
    ['NaN', { basePrice: Number.NaN }, 'basePrice'],
    ['Infinity', { basePrice: Number.POSITIVE_INFINITY }, 'basePrice'],
    ['a price that is text', { basePrice: '11' }, 'basePrice'],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a field of the server', { version: 7 }, 'version'],
    ['a time', { updatedAt: new Date() }, 'updatedAt'],
    ['a NUL', { name: 'a\0b' }, 'name'],
    ['half a character', { description: '\ud800' }, 'description'],
    ['no object of names', { names: ['x'] }, 'names'],
    ['an unknown availability', { availability: 'sold' }, 'availability'],
    ['null', { category: null }, 'category'],
    ['a method', { toString: 1 }, 'toString'],
  ];

  it.each(updates)('are refused with the field: %s', async (_what, wrong, field) => {
    const before = await storedDigest(app);
    const creation = { vendorId: vendor.id, name: 'Okra', category: 'vegetables', basePrice: 1, ...wrong };
    for (const write of [
      inventory.updateProduct(product.id, wrong),
      inventory.updateProduct(product.id, { basePrice: 11, ...wrong }),
      inventory.createProduct(creation),
    ]) {
      const error: unknown = await write.catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(ValidationFailedError);
      expect(error).toMatchObject({ code: 'validation_failed', status: 400, fields: [{ field }] });
    }
    const [item] = await inventory.upsertInventory(vendor.id, [{ sku: product.sku, ...wrong }]);
    expect(item).toMatchObject({ status: 'rejected', field });
    expect(await storedDigest(app)).toBe(before);
  });

  it('are refused whatever else is no argument', async () => {
    const before = await storedDigest(app);
    const strange = { id: 'a\0', updates: null as unknown as object, version: 1.5 };
    for (const write of [
      inventory.updateProduct(strange.id, { basePrice: 1 }),
      inventory.updateProduct(product.id, strange.updates),
      inventory.updateProduct(product.id, { basePrice: 1 }, { expectedVersion: strange.version }),
      inventory.updateProduct(product.id, { basePrice: 1 }, { correlationId: strange.id }),
      inventory.updateAvailability(product.id, undefined as unknown as 'limited'),
      inventory.deleteProduct(strange.id),
      app.app.get(VendorService).update(vendor.id, { names: 'x' as unknown as Record<string, string> }),
      app.app.get(VendorService).create({ name: 'a\0' }),
    ]) {
      expect(await write.catch((error: unknown) => error)).toBeInstanceOf(ValidationFailedError);
    }
    expect(await storedDigest(app)).toBe(before);
  });

  it('that are refused take none along that share their batch', async () => {
    const { id } = await createProduct(app, { basePrice: 1 });
    const good = [
      inventory.updateProduct(id, { basePrice: 2 }),
      inventory.updateProduct(id, { availability: 'limited' }),
    ];
    const bad = [inventory.updateProduct(product.id, { basePrice: Number.NaN }), inventory.deleteProduct('\ud800')];
    expect((await Promise.allSettled([...bad, ...good])).map(({ status }) => status)).toEqual([
      ...['rejected', 'rejected', 'fulfilled', 'fulfilled'],
    ]);
  });

  it('have the same state in the products and in the log', async () => {
    const made = await inventory.createProduct({ vendorId: vendor.id, name: 'A', category: 'a', basePrice: 0.1 + 0.2 });
    const changed = await inventory.updateProduct(made.id, { basePrice: 4.1 * 3, name: 'B' });
    const stored = (await app.request<Product>('GET', `/api/products/${made.id}`)).body;
    expect([made.basePrice, changed.basePrice, stored]).toEqual([0.3, 12.3, changed]);
    const { body } = await app.request<{ events: { product: Product }[] }>('GET', `/api/products/${made.id}/history`);
    expect(body.events.map((event) => event.product.basePrice)).toEqual([0.3, 12.3, 12.3]);
  });
});
