import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { COMMON_WORD, RARE_WORD, seedProducts } from '../../bench/support/seed.js';
import {
  type PageOptions,
  priceGroupOf,
  type ProductFilters,
  type ProductSearchOptions,
  type ProductSort,
  type VendorFilters,
} from '../../src/contracts/index.js';
import { type CursorKey, encodeCursor } from '../../src/inventory/search/planner/page-cursor.js';
import { ProductConditions, whereAll } from '../../src/inventory/search/planner/product-conditions.js';
import { cursorAfter, orderBy, productOrder, rankSql } from '../../src/inventory/search/planner/product-order.js';
import { productSearchSql, type SearchStatement } from '../../src/inventory/search/planner/product-search.sql.js';
import { SqlBuilder } from '../../src/inventory/search/planner/sql-builder.js';
import { RANKED_BY, type TextQuery, textQueryOf } from '../../src/inventory/text/text-query.js';
import { VENDOR_ORDER, vendorSearchSql } from '../../src/inventory/search/planner/vendor-search.sql.js';
import { testDatabase } from '../support/app.js';
import type { TestDatabase } from '../support/test-database.js';

/**
 * Rows that a page of 20 may sort: far more than it shows, and far fewer than a catalogue has. What every twentieth
 * product or more has is found by walking; what fewer have may by chance seem too rare for that, as prices are random.
 * A page of a common word may have 20 rows of each of the 250 texts of the glossary that have it.
 */
const SORTED_AT_MOST = 6_000;

/** Of a search, which are walked through. */
const PAGES = 4;

const VENDOR = `vnd_${(7).toString(16).padStart(32, '0')}`;
const MIDDLE = `prd_${(50_000).toString(16).padStart(32, '0')}`;
const NOON = '2026-01-01T12:00:00.000Z';

/** As the catalogue is priced. */
const PER_QUINTAL = { per: 'quintal' };

const FILTERS: Record<string, ProductFilters> = {
  nothing: {},
  category: { category: 'vegetables' },
  'a small category': { category: 'sweeteners' },
  vendor: { vendorId: VENDOR },
  state: { state: 'State 3' },
  district: { district: 'District 42' },
  'state and district': { state: 'State 14', district: 'District 42' },
  'a price range': { ...PER_QUINTAL, minPrice: 200, maxPrice: 300 },
  'a least price': { ...PER_QUINTAL, minPrice: 9_000 },
  'a greatest price': { ...PER_QUINTAL, maxPrice: 12 },
  'common availability': { availability: 'available' },
  'rare availability': { availability: 'out_of_stock' },
  'category and price': { category: 'spices', ...PER_QUINTAL, minPrice: 200, maxPrice: 300 },
  'category, price and availability': {
    category: 'spices',
    ...PER_QUINTAL,
    minPrice: 200,
    maxPrice: 900,
    availability: 'available',
  },
  'category and state': { category: 'fruits', state: 'State 3' },
  'category and vendor': { category: 'fruits', vendorId: VENDOR },
  'vendor and availability': { vendorId: VENDOR, availability: 'limited' },
  'a narrow price range': { ...PER_QUINTAL, minPrice: 500, maxPrice: 501 },
  'state and price': { state: 'State 3', ...PER_QUINTAL, minPrice: 500, maxPrice: 5_000 },
  'state and a least price': { state: 'State 3', ...PER_QUINTAL, minPrice: 9_000 },
};

const TEXTS: Record<string, ProductFilters> = {
  'a common word': { q: COMMON_WORD },
  'a rare word': { q: RARE_WORD },
  'a word that is nowhere': { q: 'qwertzuiop' },
  'a prefix': { q: 'to' },
  'one letter': { q: 'm' },
  'a commodity': { q: 'onion' },
  'a Hindi word': { q: 'प्याज' },
  'two words': { q: 'onion nasik' },
  'a common word and a category': { q: COMMON_WORD, category: 'spices' },
  'a word, a category, price and availability': {
    q: 'tomato',
    category: 'vegetables',
    ...PER_QUINTAL,
    minPrice: 100,
    maxPrice: 900,
    availability: 'available',
  },
  'a common word and a state': { q: COMMON_WORD, state: 'State 3' },
  'a common word and a vendor': { q: COMMON_WORD, vendorId: VENDOR },
  'a commodity where there is none': { q: 'onion', category: 'spices' },
  'a common word and a narrow price range': { q: COMMON_WORD, ...PER_QUINTAL, minPrice: 500, maxPrice: 501 },
  'a common word and a state without it': { q: COMMON_WORD, state: 'State 4' },
  'a common word, a state and a price range': {
    q: COMMON_WORD,
    state: 'State 3',
    ...PER_QUINTAL,
    minPrice: 100,
    maxPrice: 900,
  },
  'a commodity and a state': { q: 'onion', state: 'State 3' },
  'a commodity and a district': { q: 'onion', district: 'District 42' },
  'a commodity, a district and a least price': { q: 'onion', district: 'District 42', ...PER_QUINTAL, minPrice: 100 },
  'a commodity and a narrow price range': { q: 'onion', ...PER_QUINTAL, minPrice: 500, maxPrice: 510 },
  'a prefix, a state and an availability': { q: 'to', state: 'State 4', availability: 'limited' },
  'a commodity that is out of stock': { q: 'onion', availability: 'out_of_stock' },
  'a commodity that is out of stock in a state': { q: 'onion', state: 'State 4', availability: 'out_of_stock' },
};

/** What is priced otherwise than most, in a catalogue that has such. */
const PRICED: Record<string, ProductFilters> = {
  'by the piece': { per: 'dozen' },
  'by the litre, in a category': { per: 'litre', category: 'spices' },
  'by a unit of its own': { per: 'crate' },
  'by a unit that is nowhere': { per: 'bag' },
  'in a currency that few have': { currency: 'NPR' },
  'in a currency that is nowhere': { currency: 'USD', category: 'fruits' },
  'by the piece, in a state': { per: 'piece', state: 'State 3' },
  'by a unit that is nowhere, in a district': { per: 'bag', district: 'District 42' },
  'by the piece, by a vendor': { per: 'piece', vendorId: VENDOR },
  'a range by the dozen': { per: 'dozen', minPrice: 100, maxPrice: 900 },
  'a range in a currency that few have': { currency: 'NPR', ...PER_QUINTAL, maxPrice: 900 },
};

const PRICED_TEXTS: Record<string, ProductFilters> = {
  'a common word by the piece': { q: COMMON_WORD, per: 'piece' },
  'a common word by a unit that is nowhere': { q: COMMON_WORD, per: 'bag' },
  'a commodity by the litre': { q: 'onion', per: 'litre' },
  'a commodity that is out of stock, by the crate': { q: 'onion', per: 'crate', availability: 'out_of_stock' },
  'a commodity by the piece in a state': { q: 'onion', per: 'piece', state: 'State 3' },
  'a prefix in another currency': { q: 'to', currency: 'NPR' },
};

/** From where the second page of a plan begins: for prices, within the group that is asked for. */
function cursorOf(sort: ProductSort, filters: ProductFilters): string {
  if (sort === 'newest') return encodeCursor('newest', [NOON, MIDDLE]);
  if (sort === 'relevance') return encodeCursor('ranks', [1, NOON, MIDDLE]);
  const { per, currency } = priceGroupOf(filters);
  return encodeCursor(`price:${sort.slice(6)}:${currency}:${per}`, [per, currency, '3', MIDDLE]);
}

/** Behind all of that group. */
function cursorOfOthers(sort: ProductSort, filters: ProductFilters): string {
  const { per, currency } = priceGroupOf(filters);
  return encodeCursor(`price:${sort.slice(6)}:${currency}:${per}`, ['litre', 'EUR', '3', MIDDLE]);
}

const VENDOR_SEARCHES: Record<string, VendorFilters> = {
  nothing: {},
  'a word': { q: 'trader' },
  'a number': { q: '1234' },
  state: { state: 'State 3' },
  district: { district: 'District 42' },
  category: { category: 'spices' },
  'category and state': { category: 'spices', state: 'State 3' },
};

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

interface Summary {
  sequentialScans: string[];
  sorted: number;
}

/** Vendors of a commodity describe it alike, or each product in words of its own. */
describe.each([
  { products: 100_000, texts: 'those of commodities', units: 'one unit', plans: ['custom', 'generic'] },
  { products: 40_000, texts: 'their own', units: 'one unit', plans: ['generic'] },
  { products: 60_000, texts: 'those of commodities', units: 'several units', plans: ['generic'] },
])('$products products whose texts are $texts, by $units', ({ products, texts, units, plans }) => {
  const isMixed = units === 'several units';
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await testDatabase();
    await seedProducts(database.url, products, texts === 'their own', isMixed);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** The connections for reading plan a statement once, others for its values at first: both must be good. */
  describe.each(plans)('are searched by index with a %s plan', (mode) => {
    beforeAll(() => client.query(`SET plan_cache_mode = force_${mode}_plan`));

    const searches = isMixed
      ? [
          ...combined({ ...PRICED, ...PRICED_TEXTS }, ['newest', 'price_asc', 'price_desc']),
          ...behindTheGroup({ ...FILTERS, ...TEXTS, ...PRICED, ...PRICED_TEXTS }),
        ]
      : [
          ...combined(FILTERS, ['newest', 'price_asc', 'price_desc']),
          ...combined(TEXTS, ['relevance', 'newest', 'price_asc', 'price_desc']),
        ];

    it.each(searches)('products by $name', async ({ filters, options }) => {
      const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
      // Where vendors are what is asked for, reading them all may well be the best; to show twenty of them it isn't.
      const byVendor = filters.state !== undefined || filters.district !== undefined;
      expectIndexed(
        await planOf(client, productSearchSql(filters, options, text)),
        byVendor ? ['products'] : undefined,
      );
    });

    if (isMixed) return;

    it.each(vendorSearches())('vendors by $name', async ({ filters, options }) => {
      const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
      // Every one of these vendors is a trader, so for that word reading them all is the best.
      const all = mode === 'custom' && filters.q === 'trader';
      expectIndexed(await planOf(client, vendorSearchSql(filters, options, text)), all ? [] : undefined);
    });
  });

  // So a word costs the same whatever the size of the catalogue: at 1,000,000 products the page is no longer.
  if (!isMixed) {
    const words = [COMMON_WORD, ...(texts === 'their own' ? [] : [RARE_WORD, 'onion', 'प्याज', 'onion nasik'])];
    const sorts = ['relevance', 'newest', 'price_asc', 'price_desc'] as const;
    it.each(words.flatMap((q) => sorts.map((sort) => ({ q, sort }))))(
      'no more is read than a page of each of 100 texts: $q by $sort',
      async ({ q, sort }) => {
        const plan = await planOf(client, productSearchSql({ q }, { limit: 20, sort }, textQueryOf(q)));
        expect(productsRead(plan)).toBeGreaterThan(0);
        expect(productsRead(plan)).toBeLessThanOrEqual(100 * 21 + 21);
      },
    );
  }

  /** Whichever way the statement takes, for the first page and for later ones. */
  describe('pages are those that sorting all that is found would give', () => {
    const searches = isMixed
      ? firstPages({ ...PRICED, ...PRICED_TEXTS, ...FILTERS, ...TEXTS }, ['newest', 'price_asc', 'price_desc'])
      : [
          ...firstPages(TEXTS, ['relevance', 'newest', 'price_asc', 'price_desc']),
          ...firstPages(FILTERS, ['newest', 'price_asc', 'price_desc']),
        ];

    it.each(searches)('$name', async ({ filters, options }) => {
      const text = filters.q === undefined ? undefined : textQueryOf(filters.q);
      const limits = [20, 33];
      const all = await client.query<{ id: string }>(allSorted(filters, options, PAGES * Math.max(...limits), text));
      const sorted = all.rows.map(({ id }) => id);
      for (const limit of limits) {
        const walked: string[] = [];
        let cursor: string | undefined;
        for (let page = 0; page < PAGES && (page === 0 || cursor !== undefined); page += 1) {
          const { statement, values, order } = productSearchSql(filters, { ...options, limit, cursor }, text);
          const { rows } = await client.query<Record<string, unknown>>({ ...statement, values });
          const found = rows.filter(({ id }) => id !== null);
          const shown = found.slice(0, limit);
          walked.push(...shown.map(({ id }) => String(id)));
          const last = shown.at(-1);
          cursor = found.length > limit ? cursorAfter(order, last as Record<`key${number}`, CursorKey>) : undefined;
        }
        expect(walked).toEqual(sorted.slice(0, PAGES * limit));
      }
    });
  });
});

interface Search<Filters, Options> {
  name: string;
  filters: Filters;
  options: Options;
}

function combined(
  all: Record<string, ProductFilters>,
  sorts: NonNullable<ProductSearchOptions['sort']>[],
): Search<ProductFilters, ProductSearchOptions>[] {
  return Object.entries(all).flatMap(([name, filters]) =>
    sorts.flatMap((sort) => [
      { name: `${name}, ${sort}`, filters, options: { limit: 20, sort } },
      { name: `${name}, ${sort}, next page`, filters, options: { limit: 20, sort, cursor: cursorOf(sort, filters) } },
    ]),
  );
}

/** Pages by price that begin behind the group that is asked for; with a price range nothing is there. */
function behindTheGroup(all: Record<string, ProductFilters>): Search<ProductFilters, ProductSearchOptions>[] {
  return Object.entries(all)
    .filter(([, { minPrice, maxPrice }]) => minPrice === undefined && maxPrice === undefined)
    .flatMap(([name, filters]) =>
      (['price_asc', 'price_desc'] as const).map((sort) => ({
        name: `${name}, ${sort}, behind the group`,
        filters,
        options: { limit: 20, sort, cursor: cursorOfOthers(sort, filters) },
      })),
    );
}

function firstPages(all: Record<string, ProductFilters>, sorts: NonNullable<ProductSearchOptions['sort']>[]) {
  return combined(all, sorts).filter(({ options }) => options.cursor === undefined);
}

function allSorted(
  filters: ProductFilters,
  { sort }: ProductSearchOptions,
  limit: number,
  text: TextQuery | undefined,
): { text: string; values: unknown[] } {
  const sql = new SqlBuilder();
  const group = priceGroupOf(filters);
  const bound = { per: sql.bind(group.per), currency: sql.bind(group.currency) };
  const { all } = new ProductConditions(filters, sql, text && sql.bind(text.match), bound);
  const rank = text && sort === 'relevance' ? RANKED_BY.map((kind) => sql.bind(text[kind])) : undefined;
  const order = productOrder(sort, rank && rankSql('p.search', rank), { ...group, bound });
  const from = 'FROM products p JOIN vendors v ON v.id = p.vendor_id';
  return {
    text: `SELECT p.id ${from} ${whereAll([...all, `${bound.per} || ${bound.currency} <> ''`])} ${orderBy(order)} LIMIT ${limit}`,
    values: sql.values,
  };
}

function vendorSearches(): Search<VendorFilters, PageOptions>[] {
  const cursor = encodeCursor(VENDOR_ORDER, [0, 'Trader 500', VENDOR]);
  return Object.entries(VENDOR_SEARCHES).flatMap(([name, filters]) => [
    { name, filters, options: { limit: 20 } },
    { name: `${name}, next page`, filters, options: { limit: 20, cursor } },
  ]);
}

function expectIndexed(plan: PlanNode, tables: readonly string[] = ['products', 'vendors']): void {
  const { sequentialScans, sorted } = summaryOf(plan);
  const problems = [
    ...sequentialScans.filter((relation) => tables.includes(relation)).map((relation) => `Seq Scan on ${relation}`),
    ...(sorted > SORTED_AT_MOST ? [`Sort of ${sorted} rows`] : []),
  ];
  expect(problems.length === 0 ? [] : [...problems, ...drawn(plan)]).toEqual([]);
}

async function planOf(client: pg.Client, { statement, values }: SearchStatement): Promise<PlanNode> {
  const literals = values.map((value) => client.escapeLiteral(String(value))).join(', ');
  await client.query(`PREPARE planned AS ${statement.text}`);
  try {
    const explain = 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE planned';
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`${explain} (${literals})`);
    return rows[0]!['QUERY PLAN'][0].Plan;
  } finally {
    await client.query('DEALLOCATE planned');
  }
}

const rowsOf = (node: PlanNode): number => Math.round(node['Actual Rows'] * node['Actual Loops']);

function summaryOf(node: PlanNode): Summary {
  const parts = (node.Plans ?? []).map(summaryOf);
  // A branch that was not run has no loops.
  const scansAll = node['Node Type'] === 'Seq Scan' && node['Actual Loops'] > 0;
  const sorts = node['Node Type'] === 'Sort' || node['Node Type'] === 'Incremental Sort';
  return {
    sequentialScans: [...parts.flatMap((part) => part.sequentialScans), ...(scansAll ? [node['Relation Name']!] : [])],
    sorted: Math.max(0, ...parts.map((part) => part.sorted), ...(sorts ? node.Plans!.map(rowsOf) : [])),
  };
}

/** Rows of the table, and of its indexes, that were looked at. */
function productsRead(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];
  const own = node['Relation Name'] === 'products' ? rowsOf(node) + removed : 0;
  return (node.Plans ?? []).reduce((sum, part) => sum + productsRead(part), own);
}

/** The plan as a reader of a failed test wants it. */
function drawn(node: PlanNode, depth = 0): string[] {
  const on = node['Index Name'] ?? node['Relation Name'];
  const removed = node['Rows Removed by Filter'];
  const line = `${'  '.repeat(depth)}${node['Node Type']}${on === undefined ? '' : ` on ${on}`}: ${rowsOf(node)} rows${
    removed === undefined ? '' : `, ${removed * node['Actual Loops']} removed`
  }`;
  return [line, ...(node.Plans ?? []).flatMap((part) => drawn(part, depth + 1))];
}
