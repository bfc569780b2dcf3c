import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { READ_SETTINGS } from '../../src/database/pipelined-read-pool.js';
import { setSettings } from '../../src/database/session/session-settings.js';
import { vendorSearchSql } from '../../src/inventory/search/vendor-search.sql.js';
import { testDatabase } from '../support/app.js';
import type { TestDatabase } from '../support/test-database.js';

const VENDORS = 5_000;
/** Pages of tables and indexes that may be read; looking at each vendor's products reads 16,000. */
const MOST_PAGES = 500;

describe('a vendor search', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      INSERT INTO vendors (id, name, names, languages, search, version, created_at, updated_at)
      SELECT 'v' || i, 'name ' || i, '{}', '{}', '', 1, now(), now() FROM generate_series(1, ${VENDORS}) i`);
    await client.query(`
      INSERT INTO products (id, vendor_id, sku, name, names, category, unit, base_price, currency, availability, search,
                            version, created_at, updated_at)
      SELECT 'p' || i, 'v' || i, 's', 'okra', '{}', 'vegetables', 'kg', 1, 'INR', 'available', '', 1, now(), now()
      FROM generate_series(1, ${VENDORS}) i`);
    await client.query('ANALYZE');
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('looks at no vendor for a category that no product has', async () => {
    const { statement, values } = vendorSearchSql({ category: 'none' }, { limit: 100 }, undefined);
    // As the product asks: planned once, for any category.
    await client.query(setSettings(READ_SETTINGS));
    await client.query(`PREPARE vendors AS ${statement.text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE vendors(${values.map((one) => `'${String(one)}'`).join()})`,
    );
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    expect(plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!).toBeLessThan(MOST_PAGES);
  });

  it('finds those that have products of a category', async () => {
    const { statement, values } = vendorSearchSql({ category: 'vegetables' }, { limit: 3 }, undefined);
    const { rows } = await client.query<{ id: string }>(statement.text, values);
    expect(rows.map(({ id }) => id)).toEqual(['v1', 'v10', 'v100', 'v1000']);
  });
});
