import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { VendorFilters } from '../../src/contracts/index.js';
import { READ_SETTINGS } from '../../src/database/pipelined-read-pool.js';
import { setSettings } from '../../src/database/session/session-settings.js';
import { vendorSearchSql } from '../../src/inventory/search/planner/vendor-search.sql.js';
import { FOLD } from '../../src/inventory/vendors/stock/vendor-stock.sql.js';
import { testDatabase } from '../support/app.js';
import type { TestDatabase } from '../support/test-database.js';

const VENDORS = 5_000;
/** Vendors that have many products, and how many; each on a page of its own, as after a day of changes. */
const LARGE = 100;
const PRODUCTS_OF_LARGE = 200;

/** Pages of tables and indexes that a page of 100 vendors may read; their products lie on 20,000. */
const MOST_PAGES = 1_500;
/** The same for a category that many have: for each vendor that is passed by, three pages of an index. */
const MOST_PAGES_OF_CATEGORY = VENDORS * 4;

describe('a vendor search', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      INSERT INTO vendors (id, name, names, languages, search, version, created_at, updated_at)
      SELECT 'v' || lpad(i::text, 4, '0'), 'name ' || lpad(i::text, 4, '0'), '{}', '{}', '', 1, now(), now()
      FROM generate_series(1, ${VENDORS}) i`);
    await addProducts('vegetables', 1, VENDORS);
    for (let time = 1; time <= PRODUCTS_OF_LARGE; time += 1) await addProducts('fruits', 1, LARGE);
    await addProducts('rare', VENDORS, VENDORS);
    // As many as are gone through in the order of the page, with the first of them far on.
    await addProducts('common', VENDORS - 1_500, VENDORS);
    await foldAll();
    await client.query('VACUUM ANALYZE');
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** One product each for the vendors numbered so. */
  async function addProducts(category: string, from: number, to: number): Promise<void> {
    await client.query(
      `INSERT INTO products (id, vendor_id, sku, name, names, category, unit, base_price, currency, availability, search,
                             version, created_at, updated_at)
       SELECT gen_random_uuid(), 'v' || lpad(i::text, 4, '0'), gen_random_uuid(), 'okra', '{}', $1, 'kg', 1, 'INR',
              'available', '', 1, now(), now()
       FROM generate_series($2::int, $3::int) i`,
      [category, from, to],
    );
  }

  async function foldAll(): Promise<void> {
    const { rows } = await client.query<{ folded: number }>(FOLD.text);
    if (rows[0]!.folded > 0) await foldAll();
  }

  /** As the product asks: planned once, for any values. */
  async function pagesOf(filters: VendorFilters, limit: number): Promise<number> {
    const { statement, values } = vendorSearchSql(filters, { limit }, undefined);
    await client.query(setSettings(READ_SETTINGS));
    await client.query(`PREPARE vendors AS ${statement.text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE vendors(${values.map((one) => `'${String(one)}'`).join()})`,
    );
    await client.query('DEALLOCATE vendors');
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
  }

  it.each([{}, { category: 'fruits' }, { category: 'rare' }, { category: 'none' }])(
    'looks at no products: %j',
    async (filters) => {
      expect(await pagesOf(filters, 100)).toBeLessThan(MOST_PAGES);
    },
  );

  it.each(['common', 'vegetables'])('looks at no products for a category that many have: %s', async (category) => {
    expect(await pagesOf({ category }, 100)).toBeLessThan(MOST_PAGES_OF_CATEGORY);
  });

  describe.each(['folded', 'to be folded'])('with what has changed %s', (when) => {
    beforeEach(() => client.query('BEGIN'));
    const fold = async (): Promise<void> => {
      if (when === 'folded') await foldAll();
    };
    const found = async (filters: VendorFilters, limit = 3) => {
      await fold();
      const { statement, values } = vendorSearchSql(filters, { limit }, undefined);
      const { rows } = await client.query<{ id: string; total: number; available: number }>(statement.text, values);
      await client.query('ROLLBACK');
      return rows.filter(({ id }) => id !== null).map(({ id, total, available }) => `${id} ${total} ${available}`);
    };

    it('counts what vendors have', async () => {
      await client.query(
        `UPDATE products SET availability = 'limited' WHERE vendor_id = 'v0002' AND category = 'fruits'`,
      );
      await client.query(`DELETE FROM products WHERE vendor_id = 'v0003'`);
      expect(await found({})).toEqual(['v0001 201 201', 'v0002 201 1', 'v0003 0 0', 'v0004 201 201']);
    });

    it.each([
      ['rare', ['v5000 3 3']],
      ['common', ['v3500 2 2', 'v3501 2 2', 'v3502 2 2', 'v3503 2 2']],
    ])('finds those that have products of a %s category', async (category, expected) => {
      expect(await found({ category })).toEqual(expected);
    });

    it.each([
      ['rare', ['v0002 202 202', 'v4999 2 2']],
      ['common', ['v0002 202 202', 'v3501 2 2', 'v3502 2 2', 'v3503 2 2']],
    ])(
      'finds those that got products of a %s category, and not those that have none any more',
      async (category, all) => {
        await addProducts(category, 2, 2);
        await client.query(`DELETE FROM products WHERE category = 'common' AND vendor_id = 'v3500'`);
        await client.query(`UPDATE products SET vendor_id = 'v4999' WHERE category = 'rare' AND vendor_id = 'v5000'`);
        await client.query(`UPDATE products SET category = 'other' WHERE category = 'common' AND vendor_id = 'v4999'`);
        await client.query(`DELETE FROM products WHERE category = 'vegetables' AND vendor_id = 'v4999'`);
        expect(await found({ category })).toEqual(all);
      },
    );
  });
});
