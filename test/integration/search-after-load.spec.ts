import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { ProductFilters, ProductSearchOptions } from '../../src/contracts/index.js';
import { READ_SETTINGS } from '../../src/database/pipelined-read-pool.js';
import { setSettings } from '../../src/database/session/session-settings.js';
import { productSearchSql } from '../../src/inventory/search/planner/product-search.sql.js';
import { textQueryOf } from '../../src/inventory/text/text-query.js';
import { vendorSearchSql } from '../../src/inventory/search/planner/vendor-search.sql.js';
import { HOT_TABLES } from '../../src/inventory/table-statistics/hot-tables.js';
import { TABLE_SIZES, type TableSize } from '../../src/inventory/table-statistics/table-statistics.sql.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';

const VENDORS = 20;
const PRODUCTS_OF_VENDOR = 1_000;
const AT_ONCE = 2;
const COMMODITIES = ['Onion', 'Potato', 'Tomato', 'Wheat', 'Rice'];

const SEARCHES: Record<string, ProductFilters> = {
  'a commodity and a least price': { q: 'onion', minPrice: 500 },
  'a commodity': { q: 'onion' },
  'a commodity, a category and prices': { q: 'onion', category: 'vegetables', minPrice: 200, maxPrice: 600 },
  'a Hindi word and a greatest price': { q: 'प्याज', maxPrice: 300 },
  'a commodity and a place': { q: 'tomato', state: 'Bihar', minPrice: 300 },
  'a text of its own': { q: 'lot 777' },
  'a category and a place': { category: 'grains', state: 'Bihar' },
};
const SORTS = ['relevance', 'newest', 'price_asc'] as const;

/**
 * Pages of tables and indexes, about a millisecond, that a search may read more than it would an hour later, beside
 * twice as many: what ANALYZE draws by chance decides between plans of 100 and of 250, and a product has some hundred
 * lexemes, whose index is written anew by VACUUM. Without statistics it is 14,000.
 */
const SLACK = 500;

/** The statements as an instance has prepared them when its catalogue was empty. */
const STATEMENTS = Object.entries(SEARCHES)
  .flatMap(([name, filters]) =>
    SORTS.filter((sort) => sort !== 'relevance' || filters.q !== undefined).map((sort) => ({
      name: `${name} by ${sort}`,
      ...productSearchSql(filters, { limit: 20, sort } satisfies ProductSearchOptions, queryOf(filters)),
    })),
  )
  .concat([
    { name: 'vendors of a category', ...vendorSearchSql({ category: 'grains' }, { limit: 20 }, undefined) },
    { name: 'vendors by name', ...vendorSearchSql({ q: 'market' }, { limit: 20 }, textQueryOf('market')) },
  ] as never[]);

function queryOf({ q }: ProductFilters) {
  return q === undefined ? undefined : textQueryOf(q);
}

/** Autovacuum is off for the tables, so only the product itself can have looked at them. */
describe('right after a load of 20,000 products with texts of their own', () => {
  let app: TestApp;
  let client: pg.Client;

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client(app.database.url);
    await client.connect();
    for (const { name } of HOT_TABLES) await client.query(`ALTER TABLE ${name} SET (autovacuum_enabled = off)`);
    await client.query(setSettings(READ_SETTINGS));
    for (const [index, { statement }] of STATEMENTS.entries()) {
      await client.query(`PREPARE search_${index} AS ${statement.text}`);
      await pagesRead(index);
    }
    let next = 0;
    const load = async (): Promise<void> => {
      for (let vendor = next++; vendor < VENDORS; vendor = next++) await loadVendor(vendor);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, load));
  }, 240_000);

  afterAll(async () => {
    await client.end();
    await app.close();
  });

  async function loadVendor(number: number): Promise<void> {
    const state = number % 4 === 0 ? 'Bihar' : 'Kerala';
    const { id } = await createVendor(app, { name: `Market ${number}`, state, district: `District ${number % 7}` });
    const items = Array.from({ length: PRODUCTS_OF_VENDOR }, (_, item) => ({
      sku: `sku-${item}`,
      name: COMMODITIES[item % COMMODITIES.length],
      description: `lot ${number * PRODUCTS_OF_VENDOR + item} of field ${item % 97}`,
      category: item % COMMODITIES.length < 3 ? 'vegetables' : 'grains',
      basePrice: 10 + ((item * 7_919) % 990),
    }));
    const put = async (): Promise<boolean> =>
      (await app.request('PUT', `/api/vendors/${id}/inventory`, { items })).status === 200;
    // A machine that is busy with much else may answer 503 at first.
    await waitFor(put, { timeoutMs: 60_000, everyMs: 1_000, what: `the products of ${id}` });
  }

  async function pagesRead(index: number): Promise<number> {
    const values = STATEMENTS[index]!.values.map((value) => client.escapeLiteral(String(value))).join();
    const execute = `EXECUTE search_${index}${values === '' ? '' : `(${values})`}`;
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${execute}`,
    );
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
  }

  async function pagesOfAll(): Promise<Record<string, number>> {
    const read: Record<string, number> = {};
    for (const [index, { name }] of STATEMENTS.entries()) read[name] = await pagesRead(index);
    return read;
  }

  it('searches read no more than twice the pages that they read when the tables have been vacuumed', async () => {
    const isKept = async (): Promise<boolean> => {
      const { rows } = await client.query<TableSize>(TABLE_SIZES.text);
      const { rows: visible } = await client.query<{ all: boolean }>(
        `SELECT relallvisible = relpages AS all FROM pg_class WHERE relname = 'products'`,
      );
      return (
        visible[0]!.all &&
        rows.every((size) => size.pages <= size.analysed * 1.1 && (size.counted ?? 0) <= Math.max(size.rows, 1) * 1.1)
      );
    };
    await waitFor(isKept, { timeoutMs: 90_000, what: 'the statistics to be those of the loaded tables' });
    const rightAfter = await pagesOfAll();
    for (const { name } of HOT_TABLES) await client.query(`VACUUM ANALYZE ${name}`);
    const later = await pagesOfAll();
    expect(Object.entries(rightAfter).filter(([name, pages]) => pages > 2 * later[name]! + SLACK)).toEqual([]);
  });

  it('no new text waits to be entered into the index of texts', async () => {
    const vendor = await createVendor(app, { name: 'Latecomer' });
    const item = { sku: 'late', name: 'Saffron', category: 'spices', basePrice: 10 };
    await app.request('PUT', `/api/vendors/${vendor.id}/inventory`, { items: [item] });
    // The list itself can't be seen without an extension; the planner counts its pages as part of the cost of a scan.
    const explain = `EXPLAIN (FORMAT JSON) SELECT FROM product_texts WHERE lexemes @@ 'saffron'`;
    await client.query('SET enable_seqscan = off');
    const cost = async (): Promise<number> => {
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: { 'Total Cost': number } }] }>(explain);
      return rows[0]!['QUERY PLAN'][0].Plan['Total Cost'];
    };
    const withOneWaiting = await cost();
    await waitFor(async () => (await cost()) < withOneWaiting, { timeoutMs: 30_000, what: 'the list to be empty' });
  }, 60_000);
});
