import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { InventoryEvent, Product, Vendor } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { vendorOfMarket } from '../../src/inventory/imports/agmarknet-catalogue.js';
import { ImportStaging, type NewRow } from '../../src/inventory/imports/import-staging.js';
import type { ProductCommand } from '../../src/inventory/products/write/product-command.js';
import { ProductWriter } from '../../src/inventory/products/write/product-writer.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';

let app: TestApp;
let vendor: Vendor;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  vendor = await createVendor(app);
});
afterAll(() => app.close());

const product = async (id: string) => (await app.request<Product>('GET', `/api/products/${id}`)).body;
const history = async (id: string) =>
  (await app.request<{ events: InventoryEvent[] }>('GET', `/api/products/${id}/history`)).body.events;

describe('an upsert that knows its product', () => {
  const create = { name: 'Onion', category: 'vegetables', basePrice: 1 };
  const upsert = (sku: string, basePrice: number, id?: string, version = 1): ProductCommand => ({
    kind: 'upsert',
    vendorId: vendor.id,
    sku,
    seen: id === undefined ? undefined : { id, version },
    updates: { basePrice },
    create: { ...create, basePrice },
  });
  const write = (...commands: ProductCommand[]) => app.app.get(ProductWriter).write(commands);
  const existing = (sku: string) => createProduct(app, { vendorId: vendor.id, sku, basePrice: 100 });

  it('changes it, or says that nothing is to be changed', async () => {
    const { id } = await existing('a');
    const [changed, same] = [await write(upsert('a', 120, id)), await write(upsert('a', 120, id, 2))];
    expect([changed[0]!.status, same[0]!.status]).toEqual(['updated', 'unchanged']);
    expect(await product(id)).toMatchObject({ basePrice: 120, version: 2 });
    expect((await history(id)).map(({ eventType }) => eventType)).toEqual(['product_created', 'price_changed']);
  });

  it('creates one anew that has gone', async () => {
    const { id } = await existing('a');
    await app.request('DELETE', `/api/products/${id}`);
    const [outcome] = await write(upsert('a', 120, id));
    expect(outcome).toMatchObject({ status: 'created', product: { sku: 'a', basePrice: 120, version: 1 } });
  });

  it('leaves one alone that has another sku by now', async () => {
    const { id } = await existing('a');
    await app.request('PATCH', `/api/products/${id}`, { sku: 'b' });
    const [outcome] = await write(upsert('a', 120, id));
    expect(outcome).toMatchObject({ status: 'created', product: { sku: 'a', basePrice: 120 } });
    expect(await product(id)).toMatchObject({ sku: 'b', basePrice: 100, version: 2 });
  });

  it('keeps its place behind one that has seen another product there', async () => {
    const { id } = await existing('a');
    await app.request('DELETE', `/api/products/${id}`);
    const { id: next } = await existing('a');
    // The first one's product isn't found, so it can't be done in the same statement as the second.
    const outcomes = await write(upsert('a', 110, id), upsert('a', 120, next), upsert('a', 130, next));
    expect(outcomes.map(({ status }) => status)).toEqual(['updated', 'updated', 'updated']);
    expect(await product(next)).toMatchObject({ basePrice: 130, version: 4 });
    const prices = (await history(next)).flatMap(({ changes }) => changes.map(({ newValue }) => newValue));
    expect(prices).toEqual([110, 120, 130]);
  });

  it('keeps its place among others of the same product, and beside those that know nothing', async () => {
    const products = await Promise.all(Array.from({ length: 20 }, (_none, index) => existing(`k${index}`)));
    const commands = Array.from({ length: 5 }, (_none, step) =>
      products.flatMap(({ id, sku }, index) => [
        upsert(sku, 200 + step, (index + step) % 3 === 0 ? undefined : id, 1 + (step % 2)),
        upsert(`new ${index}`, 300 + step),
      ]),
    ).flat();
    const outcomes = await write(...commands);
    expect(outcomes.filter(({ status }) => status === 'created')).toHaveLength(20);
    expect(outcomes.filter(({ status }) => status === 'updated')).toHaveLength(180);
    for (const { id } of products) {
      const prices = (await history(id)).flatMap(({ changes }) => changes.map(({ newValue }) => newValue));
      expect(prices).toEqual([200, 201, 202, 203, 204]);
    }
  });
});

describe('pages of a staged file', () => {
  const PRODUCTS = ['Onion', 'Potato', 'Tomato', 'Wheat', 'Rice', 'Mustard'];
  const row = (line: number, commodity: string, modalPrice: number): NewRow => ({
    line,
    ...{ date: '2026-02-01', state: 'S', district: 'D', market: vendor.name, commodity, variety: '', grade: '' },
    modalPrice,
  });
  const skuOf = (commodity: string) => `${commodity}||`;

  /** Products at 100 each, but for the last one, which isn't there. */
  const stock = async (): Promise<void> => {
    const { id } = vendorOfMarket(row(1, 'Onion', 1));
    await createVendor(app, { id });
    for (const commodity of PRODUCTS.slice(0, -1)) {
      await createProduct(app, { vendorId: id, sku: skuOf(commodity), basePrice: 100 });
    }
  };
  async function* all(rows: NewRow[]) {
    yield await Promise.resolve(rows);
  }
  const pagesOf = (rows: NewRow[], size: number) =>
    app.app.get(SqlClient).withConnection(async (connection) => {
      const staging = new ImportStaging(connection);
      await staging.fill(all(rows));
      const pages: { lines: number[]; unchanged: number; end: number; known: boolean[] }[] = [];
      for await (const { rows: open, unchanged, end } of staging.pages(size)) {
        const [lines, known] = [open.map(({ line }) => line), open.map(({ seen }) => seen !== null)];
        pages.push({ lines, unchanged, end: end.line, known });
      }
      await staging.drop();
      return pages;
    });

  it('bring only rows that have something to do', async () => {
    await stock();
    const prices = [100, 101, 100, 100, 100, 100];
    const rows = PRODUCTS.map((commodity, index) => row(index + 1, commodity, prices[index]!));
    // The product that isn't there must not hide those that have their price.
    expect(await pagesOf(rows, 10)).toEqual([{ lines: [2, 6], unchanged: 4, end: 6, known: [true, false] }]);
  });

  it('bring all rows of a product that one of them changes, there and back', async () => {
    await stock();
    const rows = [row(1, 'Onion', 150), row(2, 'Potato', 100), row(3, 'Onion', 100), row(4, 'Tomato', 100)];
    expect(await pagesOf(rows, 10)).toMatchObject([{ lines: [1, 3], unchanged: 2 }]);
    // Over pages, of which two may be under way when the next one is read.
    const spread = [rows[0]!, row(2, 'Potato', 100), row(3, 'Onion', 100), row(4, 'Onion', 100), row(5, 'Onion', 100)];
    expect(await pagesOf(spread, 1)).toMatchObject([
      { lines: [1], unchanged: 0 },
      { lines: [], unchanged: 1 },
      { lines: [3], unchanged: 0 },
      { lines: [4], unchanged: 0 },
      { lines: [5], unchanged: 0 },
    ]);
  });

  it('bring rows of a product that a row under way may change, though that row did not see it', async () => {
    await stock();
    const rows = [100, 200, 100].map((price, index) => row(index + 1, 'Mustard', price));
    const brought: number[][] = [];
    await app.app.get(SqlClient).withConnection(async (connection) => {
      const staging = new ImportStaging(connection);
      await staging.fill(all(rows));
      for await (const page of staging.pages(1)) {
        brought.push(page.rows.map(({ line }) => line));
        const [{ vendorId, sku, line } = { vendorId: '', sku: '', line: 0 }] = page.rows;
        // The second page is being read; the second row never takes effect.
        if (line === 1) await page.follow(createProduct(app, { vendorId, sku, basePrice: 100 }));
      }
      await staging.drop();
    });
    expect(brought).toEqual([[1], [2], [3]]);
  });

  it('end where they end, with nothing to do as well', async () => {
    await stock();
    const rows = Array.from({ length: 7 }, (_none, index) => row(index + 1, 'Wheat', 100));
    expect(await pagesOf(rows, 3)).toEqual([
      { lines: [], unchanged: 3, end: 3, known: [] },
      { lines: [], unchanged: 3, end: 6, known: [] },
      { lines: [], unchanged: 1, end: 7, known: [] },
    ]);
    expect(await pagesOf([], 3)).toEqual([]);
  });
});
