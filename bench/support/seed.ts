import type pg from 'pg';
import { entries } from '../../src/inventory/glossary/index.js';
import { PRODUCT_JSON } from '../../src/inventory/products/stored-product.sql.js';
import { productLexemes, vendorLexemes } from '../../src/inventory/text/search-document.js';
import { FOLD } from '../../src/inventory/vendors/stock/vendor-stock.sql.js';
import { withClient } from '../../test/support/with-client.js';

/** What the seeded texts hold. `COMMON` is in every tenth product, `RARE` in every ten thousandth. */
export const COMMON_WORD = 'desi';
export const RARE_WORD = 'zafrani';
const PRODUCTS_PER_VENDOR = 50;
const STATES = 28;
const VARIETIES = [COMMON_WORD, 'local', 'hybrid', 'nasik', 'red', 'white', 'green', 'bold', 'medium', 'other'];

const NO_TEXTS = { description: null, variety: null, grade: null };

const OTHER_UNITS = ['kg', 'tonne', 'piece', 'dozen', 'litre', 'crate'];

const PRODUCTS = `
  INSERT INTO products (id, vendor_id, sku, name, names, category, unit, base_price, currency, availability, search,
                        version, created_at, updated_at)
  SELECT 'prd_' || lpad(to_hex(n), 32, '0'), 'vnd_' || lpad(to_hex((n % $2) + 1), 32, '0'), 'sku-' || n,
         k.name || CASE WHEN n % 10000 = 0 THEN ' ${RARE_WORD}' ELSE '' END,
         k.names, k.category,
         CASE WHEN $7 AND n % 5 = 0 THEN ($8::text[])[1 + n / 5 % array_length($8::text[], 1)] ELSE 'quintal' END,
         round((10 ^ (1 + 3 * random()))::numeric, 2), CASE WHEN $7 AND n % 35 = 0 THEN 'NPR' ELSE 'INR' END,
         CASE WHEN n % 10 = 3 THEN 'limited' WHEN n % 10 = 7 THEN 'out_of_stock' ELSE 'available' END,
         array_to_tsvector(k.lexemes || CASE WHEN n % 10000 = 0 THEN $3 ELSE '{}'::text[] END
                                     || CASE WHEN $6 THEN ARRAY['+lot' || n] ELSE '{}'::text[] END), 1, t.at, t.at
  FROM generate_series($4::int, $5::int) AS n
  JOIN kinds k ON k.i = (n::bigint * 7919) % $1,
  LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 second' AS at) t`;

const VENDORS = `
  INSERT INTO vendors (id, name, names, market, district, state, languages, search, version, logged_version, created_at,
                       updated_at)
  SELECT 'vnd_' || lpad(to_hex(v.i), 32, '0'), v.name, '{}', v.market, v.district, v.state, '{hi}',
         array_to_tsvector(v.lexemes), 1, 1, '2026-01-01', '2026-01-01'
  FROM json_to_recordset($1::json) AS v (i int, name text, market text, district text, state text, lexemes text[])`;

const BATCH = 50_000;

/**
 * Fills an empty database with products as an import leaves them: a commodity of the glossary and a variety, with all
 * its lexemes. Prices are spread evenly over three decades; nothing has an event yet.
 *
 * @param ownTexts whether each is described in words of its own, so that no two have the same text
 * @param mixed whether each fifth is sold by another unit, and some in another currency
 */
export async function seedProducts(url: string, products: number, ownTexts = false, mixed = false): Promise<void> {
  await withClient(url, async (client) => {
    const vendors = Math.max(1, Math.ceil(products / PRODUCTS_PER_VENDOR));
    const kinds = await seedKinds(client);
    await client.query(VENDORS, [JSON.stringify(Array.from({ length: vendors }, (_, i) => vendorRow(i + 1)))]);
    const rare = productLexemes({ ...NO_TEXTS, name: RARE_WORD, names: {}, category: '' });
    for (let from = 1; from <= products; from += BATCH) {
      const to = Math.min(products, from + BATCH - 1);
      await client.query(PRODUCTS, [kinds, vendors, rare, from, to, ownTexts, mixed, OTHER_UNITS]);
    }
    await foldVendorStock(client);
    await client.query('VACUUM ANALYZE');
  });
}

/** As a leader does. */
async function foldVendorStock(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ folded: number }>(FOLD.text);
  if (rows[0]!.folded > 0) await foldVendorStock(client);
}

async function seedKinds(client: pg.Client): Promise<number> {
  const kinds = entries.flatMap(({ name, names, category }) =>
    VARIETIES.map((variety) => {
      const product = { ...NO_TEXTS, name: `${name} ${variety}`, names: { ...names }, category };
      return { ...product, lexemes: productLexemes(product) };
    }),
  );
  await client.query(
    'CREATE TEMP TABLE kinds (i int PRIMARY KEY, name text, names jsonb, category text, lexemes text[])',
  );
  await client.query(
    `INSERT INTO kinds SELECT * FROM json_to_recordset($1::json)
       AS k (i int, name text, names jsonb, category text, lexemes text[])`,
    [JSON.stringify(kinds.map((kind, i) => ({ i, ...kind })))],
  );
  await client.query('ANALYZE kinds');
  return kinds.length;
}

function vendorRow(i: number) {
  const state = `State ${i % STATES}`;
  const district = `District ${i % (STATES * 20)}`;
  const vendor = { name: `Trader ${i}`, names: {}, market: `Market ${i % 997}`, district, state };
  return { i, ...vendor, lexemes: vendorLexemes(vendor) };
}

/** Ids of the seeded products, in order. */
export const productIds = (products: number): string[] =>
  Array.from({ length: products }, (_, index) => `prd_${(index + 1).toString(16).padStart(32, '0')}`);

/**
 * Appends events of price changes by SQL.
 *
 * @param positioned whether they are past (they get the next positions) or a backlog (they wait for the relay)
 */
export async function seedEvents(url: string, count: number, positioned: boolean): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ head: string }>(
      'SELECT coalesce(max(position), 0) AS head FROM inventory_events',
    );
    for (let from = 1; from <= count; from += BATCH) {
      await client.query(EVENTS, [from, Math.min(count, from + BATCH - 1), positioned ? rows[0]!.head : null]);
    }
    await client.query('VACUUM ANALYZE inventory_events');
  });
}

const EVENTS = `
  INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes,
                                product, correlation_id, region, occurred_at)
  SELECT gen_random_uuid(), $3::bigint + i, 'price_changed', p.id, p.vendor_id, p.category, p.version,
         json_build_array(json_build_object('field', 'basePrice', 'oldValue', p.base_price + 1, 'newValue', p.base_price)),
         ${PRODUCT_JSON},
         gen_random_uuid(), 'local', now()
  FROM generate_series($1::int, $2::int) AS i
  CROSS JOIN (SELECT count(*)::int AS products FROM products) AS all_of_them
  JOIN products p ON p.id = 'prd_' || lpad(to_hex((i::bigint * 104729) % products + 1), 32, '0')
  ORDER BY i`;
