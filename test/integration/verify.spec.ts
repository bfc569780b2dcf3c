import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { isClean, type VerifyReport, verifyLog } from '../../src/cli/verify-log.js';
import { ConsumerRunners } from '../../src/consumers/runner/consumer-runners.js';
import { MARKET_FACTS } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { withClient } from '../support/with-client.js';

/** Two reports of the one product, of which the first changes it. */
const REPORTED = `
  INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes,
                                correlation_id, region, occurred_at)
  SELECT gen_random_uuid(), 9 + report, 'price_recorded', id, vendor_id, category, version + 1,
         CASE report WHEN 1 THEN '[{"field":"description","oldValue":null,"newValue":"Grade A"}]'::json ELSE '[]' END,
         'test', 'local', updated_at
  FROM products, generate_series(1, 2) AS report`;

describe('verify', () => {
  let app: TestApp;
  let client: pg.Client;
  /** On which projections are compared at the same time. */
  let beside: pg.Client;

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client({ connectionString: app.database.url });
    beside = new pg.Client({ connectionString: app.database.url });
    await Promise.all([client.connect(), beside.connect()]);
    const [kept, gone] = [await createProduct(app), await createProduct(app)];
    await app.request('PATCH', `/api/vendors/${kept.vendorId}`, {
      name: 'Azadpur',
      names: { hi: 'आज़ादपुर' },
      languages: ['hi'],
    });
    await app.request('PATCH', `/api/products/${kept.id}`, {
      basePrice: 120.5,
      availability: 'limited',
      name: 'Renamed',
    });
    await app.request('DELETE', `/api/products/${gone.id}`);
    // Returns when everything has its position.
    await app.request('GET', '/api/events');
    const positions = async () => (await verifyLog(client)).projections.map(({ position }) => position);
    await waitFor(async () => (await positions()).join() === '9,9', { what: 'the projections' });
    // Events that are there for a moment only are not for them.
    await app.app.get(ConsumerRunners).onModuleDestroy();
  });
  afterAll(async () => {
    await Promise.all([client.end(), beside.end()]);
    await app.close();
  });

  /** The log and its tables; what is damaged for a moment no projection has seen. */
  const isSound = (report: VerifyReport): boolean => isClean({ ...report, projections: [] });

  /** Tables are afterwards as they were before. */
  const undone = async (work: () => Promise<VerifyReport>): Promise<VerifyReport> => {
    const tables = ['vendors', 'products', 'inventory_events'];
    const stored = new Map<string, string>();
    for (const table of tables) {
      const { rows } = await client.query<{ json: string }>(`SELECT json_agg(t)::text AS json FROM ${table} t`);
      stored.set(table, rows[0]!.json);
    }
    try {
      return await work();
    } finally {
      // The relay locks them in another order.
      const emptied = () => client.query(`TRUNCATE ${tables.join()} CASCADE`);
      await waitFor(emptied, { what: 'a turn to empty the tables' });
      for (const [table, json] of stored) {
        await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1)`, [json]);
      }
    }
  };

  /** What is found while a statement has been run, which is undone afterwards. */
  const reportAfter = (damage: string) =>
    undone(async () => {
      await client.query(damage);
      return verifyLog(client, false, beside);
    });

  it('finds nothing wrong with what the product does', async () => {
    const report = await verifyLog(client);
    const projections = ['price-series', 'product-history'].map((name) => ({ name, position: 9, differences: [] }));
    const base = { position: 0, isSnapshot: false, droppedUpTo: 0, isInTable: true };
    const clean = { base, pending: 0, holes: 0, versionBreaks: [], differences: [], miscounts: [], projections };
    expect(report).toEqual({ events: 9, products: 1, vendors: 2, ...clean });
    expect(isClean(report)).toBe(true);
    expect(await verifyLog(client, false, beside)).toEqual(report);
  });

  it.each([
    ['a row that the log does not know', 'UPDATE products SET base_price = base_price + 1'],
    ['a product that is gone', 'DELETE FROM products'],
    ['a product that should be gone', `DELETE FROM inventory_events WHERE event_type = 'product_deleted'`],
    ['a position that is missing', 'DELETE FROM inventory_events WHERE position = 2'],
    ['a count that is not right', `INSERT INTO vendor_stock_changes VALUES ('vnd', 'spices', 1, 0, 0)`],
    ['a version that is missing', `DELETE FROM inventory_events WHERE version = 1`],
    ['a vendor’s row that the log does not know', `UPDATE vendors SET languages = '{ta}' WHERE version = 2`],
    ['a vendor that is gone', 'DELETE FROM products; DELETE FROM vendors WHERE version = 1'],
    ['a vendor that has lost its history', `DELETE FROM inventory_events WHERE product_id IS NULL AND version = 1`],
    ['a report that the product does not show', REPORTED],
  ])('finds %s', async (_what, damage) => {
    expect(isSound(await reportAfter(damage))).toBe(false);
    expect(isClean(await verifyLog(client))).toBe(true);
  });

  it('takes events of the version before market facts for what they say', async () => {
    const before = (variety: string): string => `
      UPDATE inventory_events SET product = (product::jsonb - '{${MARKET_FACTS.join()}}'::text[]
        || '{"description": "Variety: Local. Grade: FAQ"}')::json;
      UPDATE products SET variety = '${variety}', grade = 'FAQ', description = null`;
    expect(isSound(await reportAfter(before('Local')))).toBe(true);
    expect(isSound(await reportAfter(before('Other')))).toBe(false);
  });

  it('takes what a report has changed for the product’s state, and no report of an older day', async () => {
    const later = `occurred_at = occurred_at + interval '1 second'`;
    const product = `UPDATE products SET description = 'Grade A', version = version + 1,
                       updated_at = updated_at + interval '1 second'`;
    expect(
      await reportAfter(`${REPORTED}; ${product}; UPDATE inventory_events SET ${later} WHERE position = 10`),
    ).toMatchObject({
      ...{ events: 11, versionBreaks: [], differences: [] },
    });
  });

  it('lets vendors be that were there before vendors had events, whatever happened to them since', async () => {
    const old = `UPDATE vendors SET logged_version = NULL; DELETE FROM inventory_events WHERE product_id IS NULL`;
    expect(await reportAfter(old)).toMatchObject({ versionBreaks: [], differences: [] });
    const changed = `DELETE FROM inventory_events WHERE product_id IS NULL AND version = 1 AND vendor_id IN (
      SELECT id FROM vendors WHERE version = 2)`;
    expect(await reportAfter(changed)).toMatchObject({ versionBreaks: [], differences: [] });
  });

  it('sees what the log was when it began, on each connection, though events leave the table meanwhile', async () => {
    const report = await undone(() => {
      const query = beside.query.bind(beside);
      // Its first statement comes when it is decided that all events are in the table.
      beside.query = (async (text: string) => {
        beside.query = query;
        await withClient(app.database.url, (mover) =>
          mover.query('DELETE FROM inventory_events WHERE product_id IS NOT NULL'),
        );
        return query(text);
      }) as typeof beside.query;
      return verifyLog(client, false, beside);
    });
    expect(report.projections.map(({ differences }) => differences)).toEqual([[], []]);
    expect(isClean(report)).toBe(true);
  });

  it('does not call an event without a position a fault', async () => {
    // The relay may be faster, and give it its position again.
    const report = await waitFor(
      async () => {
        const found = await reportAfter('UPDATE inventory_events SET position = NULL WHERE position = 9');
        return found.pending > 0 ? found : undefined;
      },
      { what: 'an event without a position' },
    );
    expect(report).toMatchObject({ events: 8, pending: 1, holes: 0 });
    expect(isSound(report)).toBe(true);
  });
});
