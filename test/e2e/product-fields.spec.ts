import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import {
  type FoundProduct,
  type InventoryEvent,
  type Product,
  PRODUCT_DEFAULTS,
  PRODUCT_FIELDS,
  type ProductFields,
  STORED_PRODUCT,
  type Vendor,
} from '../../src/contracts/index.js';
import { SETTABLE_SCHEMAS } from '../../src/validation/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { projectionStates } from '../support/projection-states.js';

const SETTABLE = Object.keys(SETTABLE_SCHEMAS) as (keyof ProductFields)[];
/** Of each field the last example of the documents. */
const VALUES = Object.fromEntries(
  SETTABLE.map((field) => [field, (SETTABLE_SCHEMAS[field].examples as unknown[]).at(-1)]),
);

/** A field that one of the places where it has to be doesn't know is lost here, or goes unnoticed. */
describe('a field of a product', () => {
  let app: TestApp;
  let client: pg.Client;
  let vendor: Vendor;

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client({ connectionString: app.database.url });
    await client.connect();
    vendor = await createVendor(app);
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  const read = async (id: string): Promise<Product> => (await app.request<Product>('GET', `/api/products/${id}`)).body;
  const eventsOf = async (id: string): Promise<InventoryEvent[]> =>
    (await app.request<{ events: InventoryEvent[] }>('GET', `/api/products/${id}/history`)).body.events;
  const found = async (vendorId: string): Promise<Partial<FoundProduct>[]> => {
    const { body } = await app.request<{ items: FoundProduct[] }>('GET', `/api/products/search?vendorId=${vendorId}`);
    return body.items.map(({ vendor: _vendor, pricePer: _pricePer, ...product }) => product);
  };

  it('has an example in the documents that is not what it is without', () => {
    for (const [field, value] of Object.entries(PRODUCT_DEFAULTS)) expect(VALUES[field]).not.toEqual(value);
  });

  it('is kept, told and found as it was created', async () => {
    const created = await createProduct(app, { ...VALUES, vendorId: vendor.id });
    expect(created).toMatchObject(VALUES);
    expect(Object.keys(created)).toEqual(PRODUCT_FIELDS);
    expect(await read(created.id)).toEqual(created);
    expect(await found(vendor.id)).toEqual([created]);
    expect((await eventsOf(created.id)).map(({ product }) => product)).toEqual([created]);
    const { body } = await app.request<{ events: InventoryEvent[] }>(
      'GET',
      `/api/events?vendorId=${vendor.id}&eventType=product_created`,
    );
    expect(body.events.map(({ product }) => product)).toEqual([created]);
    await app.request('DELETE', `/api/products/${created.id}`);
  });

  it.each(SETTABLE)('is changed alone, by id and by sku: %s', async (field) => {
    const { id, vendorId, sku, ...before } = await createProduct(app, { category: 'spices' });
    const [value, was] = [VALUES[field], { sku, ...before }[field]];
    const patched = await app.request<Product>('PATCH', `/api/products/${id}`, { [field]: value });
    expect(patched).toMatchObject({ status: 200, body: { [field]: value, version: 2 } });
    expect(await read(id)).toEqual(patched.body);
    expect(await found(vendorId)).toEqual([patched.body]);
    const [, changed] = await eventsOf(id);
    expect(changed!.changes).toContainEqual({ field, oldValue: was, newValue: value });
    expect(changed!.product).toEqual(patched.body);
    if (field === 'sku') return;
    const items = [{ sku, [field]: was }];
    const { body } = await app.request<{ results: unknown[] }>('PUT', `/api/vendors/${vendorId}/inventory`, { items });
    expect(body.results).toMatchObject([{ status: 'updated', version: 3 }]);
    expect(await read(id)).toMatchObject({ [field]: was });
  });

  const followed = async (): Promise<boolean> => {
    const { body: stats } = await app.request<{ lastPosition: number }>('GET', '/api/events/stats');
    return (await projectionStates(app)).every(({ position }) => position >= stats.lastPosition);
  };

  it('is compared with the log, each of them', async () => {
    const [one, other] = [
      await createProduct(app, { category: 'spices' }),
      await createProduct(app, { ...VALUES, vendorId: vendor.id }),
    ];
    await app.request('PATCH', `/api/products/${other.id}`, { sku: 'another', pricedOn: '2024-02-29' });
    await app.request('GET', '/api/events');
    expect(await verifyLog(client)).toMatchObject({ differences: [] });
    // What is made of the log is made a moment later, and shall not meet what is spoilt.
    await waitFor(followed, { what: 'the projections' });
    await client.query('ALTER TABLE products DISABLE TRIGGER USER');
    const columns = PRODUCT_FIELDS.filter((field) => field !== 'id').map((field) => STORED_PRODUCT[field].column);
    for (const column of [...columns, 'dimension']) {
      await client.query('CREATE TEMP TABLE kept AS SELECT * FROM products WHERE id = $1', [one.id]);
      const spoil = `UPDATE products p SET ${column} = o.${column} FROM products o WHERE p.id = $1 AND o.id = $2`;
      await client.query(spoil.replace('o.dimension', `'bunch'`), [one.id, other.id]);
      expect([column, isClean(await verifyLog(client))]).toEqual([column, false]);
      await client.query(`UPDATE products p SET ${column} = kept.${column} FROM kept WHERE p.id = kept.id`);
      await client.query('DROP TABLE kept');
    }
    expect(isClean(await verifyLog(client))).toBe(true);
  });
});
