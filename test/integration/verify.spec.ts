import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { isClean, verifyLog } from '../../src/cli/verify-log.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';

describe('verify', () => {
  let app: TestApp;
  let client: pg.Client;

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client({ connectionString: app.database.url });
    await client.connect();
    const [kept, gone] = [await createProduct(app), await createProduct(app)];
    await app.request('PATCH', `/api/products/${kept.id}`, {
      basePrice: 120.5,
      availability: 'limited',
      name: 'Renamed',
    });
    await app.request('DELETE', `/api/products/${gone.id}`);
    // Returns when everything has its position.
    await app.request('GET', '/api/events');
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  /** What is found while a statement has been run, which is undone afterwards. */
  const reportAfter = async (damage: string) => {
    const { rows } = await client.query<{ events: string; products: string }>(
      `SELECT coalesce(json_agg(e ORDER BY seq)::text, '[]') AS events,
              (SELECT json_agg(p)::text FROM products p) AS products FROM inventory_events e`,
    );
    await client.query(damage);
    try {
      return await verifyLog(client);
    } finally {
      await client.query('TRUNCATE inventory_events, products');
      await client.query(`INSERT INTO products SELECT * FROM json_populate_recordset(null::products, $1)`, [
        rows[0]!.products,
      ]);
      await client.query(
        `INSERT INTO inventory_events SELECT * FROM json_populate_recordset(null::inventory_events, $1)`,
        [rows[0]!.events],
      );
    }
  };

  it('finds nothing wrong with what the product does', async () => {
    const report = await verifyLog(client);
    expect(report).toEqual({ events: 6, products: 1, pending: 0, holes: 0, versionBreaks: [], differences: [] });
    expect(isClean(report)).toBe(true);
  });

  it.each([
    ['a row that the log does not know', 'UPDATE products SET base_price = base_price + 1'],
    ['a product that is gone', 'DELETE FROM products'],
    ['a product that should be gone', `DELETE FROM inventory_events WHERE event_type = 'product_deleted'`],
    ['a position that is missing', 'DELETE FROM inventory_events WHERE position = 2'],
    ['a version that is missing', `DELETE FROM inventory_events WHERE version = 1`],
  ])('finds %s', async (_what, damage) => {
    expect(isClean(await reportAfter(damage))).toBe(false);
    expect(isClean(await verifyLog(client))).toBe(true);
  });

  it('does not call an event without a position a fault', async () => {
    const report = await reportAfter('UPDATE inventory_events SET position = NULL WHERE position = 6');
    expect(report).toMatchObject({ events: 5, pending: 1, holes: 0 });
    expect(isClean(report)).toBe(true);
  });
});
