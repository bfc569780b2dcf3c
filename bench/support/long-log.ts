import { PRODUCT_FIELDS, STORED_PRODUCT } from '../../src/contracts/index.js';
import { PRODUCT_JSON } from '../../src/inventory/products/stored-product.sql.js';
import { withClient } from '../../test/support/with-client.js';

/** Changes of a long log, and products that it is of; `BENCH_LOG_EVENTS` makes it shorter, to try something out. */
export const LONG = Number(process.env.BENCH_LOG_EVENTS ?? 1_000_000);
export const PRODUCTS_OF_LOG = LONG / 10;

const BATCH = 50_000;

/** Cents of a price for any number: from 10 to 10,000, spread evenly. */
export const centsOf = (n: number): number => 1_000 + ((n * 7_919) % 999_001);
const priceOf = (n: string): string => `round((1000 + (${n})::bigint * 7919 % 999001) / 100.0, 2)`;

/** Of a change, the number of its product among `products`. */
export const productOf = (n: number, products: number): number => ((n * 104_729) % products) + 1;

/** Columns that another version of a product has otherwise. All are sold by the quintal. */
const OF_VERSION: Readonly<Record<string, string>> = {
  base_price: 'v.price',
  comparable_price: 'v.price / 100',
  version: 'v.version',
  updated_at: 'v.at',
};
export const COLUMNS = PRODUCT_FIELDS.map((field) => STORED_PRODUCT[field].column);

/**
 * Changes `$1` to `$2`, behind the position `$3`, one a second until `$4`: each product is created, and then its price
 * changes, in turn. `p` is the product after it.
 */
export const CHANGED = `
  FROM generate_series($1::bigint, $2::bigint) AS i
  CROSS JOIN (SELECT count(*) AS products FROM products) n
  CROSS JOIN LATERAL (
    SELECT (1 + (i - 1) / n.products)::int AS version, ${priceOf('i')} AS price,
           ${priceOf('i - n.products')} AS price_before, ($4::timestamptz + i * interval '1 second')::timestamptz(3) AS at
  ) v
  JOIN products s ON s.id = 'prd_' || lpad(to_hex(i * 104729 % n.products + 1), 32, '0')
  CROSS JOIN LATERAL (
    SELECT ${COLUMNS.map((column) => `${OF_VERSION[column] ?? `s.${column}`} AS ${column}`).join(', ')}, s.dimension
  ) p`;

const CHANGES = `
  INSERT INTO inventory_events (event_id, position, event_type, product_id, vendor_id, category, version, changes,
                                product, actor, correlation_id, region, occurred_at)
  SELECT gen_random_uuid(), $3::bigint + i, CASE WHEN v.version = 1 THEN 'product_created' ELSE 'price_changed' END,
         p.id, p.vendor_id, p.category, v.version,
         CASE WHEN v.version = 1 THEN '[]' ELSE json_build_array(json_build_object(
           'field', 'basePrice', 'oldValue', v.price_before, 'newValue', v.price)) END,
         ${PRODUCT_JSON}, 'vendor:' || p.vendor_id, gen_random_uuid(), 'local', v.at
  ${CHANGED}
  ORDER BY i`;

const STATE_OF_PRODUCTS = `
  UPDATE products SET version = p.version, base_price = p.base_price, comparable_price = p.comparable_price,
                      updated_at = p.updated_at
  FROM (SELECT p.* ${CHANGED}) p WHERE products.id = p.id AND $3::bigint IS NOT NULL`;

const VENDORS = `
  INSERT INTO inventory_events (event_id, position, event_type, vendor_id, version, changes, vendor, correlation_id,
                                region, occurred_at)
  SELECT gen_random_uuid(), row_number() OVER (ORDER BY id), 'vendor_created', id, 1, '[]',
         json_build_object('id', id, 'name', name, 'names', names, 'market', market, 'district', district,
                           'state', state, 'languages', languages, 'version', 1, 'createdAt', created_at,
                           'updatedAt', updated_at),
         gen_random_uuid(), 'local', $1::timestamptz
  FROM vendors ORDER BY id`;

/** A past that is being seeded. */
export interface Past {
  /** Before the first change, one of which comes every second. */
  since: Date;
  /** Of which the first positions are, one each. */
  vendors: number;
  products: number;
}

/**
 * Gives seeded products a past of so many changes, one a second until now: vendors and products are what the log
 * amounts to.
 *
 * @returns the last position
 */
export async function seedLog(databaseUrl: string, changes: number): Promise<number> {
  const past = await seedVendors(databaseUrl, changes);
  await seedChanges(databaseUrl, past, 1, changes);
  return past.vendors + changes;
}

/** The first positions of a log that is to have so many changes until now. */
export function seedVendors(databaseUrl: string, changes: number): Promise<Past> {
  return withClient(databaseUrl, async (client) => {
    const since = new Date(Date.now() - (changes + 60) * 1_000);
    await client.query(VENDORS, [since]);
    const { rows } = await client.query<Omit<Past, 'since'>>(
      'SELECT (SELECT count(*) FROM vendors)::int AS vendors, (SELECT count(*) FROM products)::int AS products',
    );
    return { since, ...rows[0]! };
  });
}

/** Appends changes, and leaves the products as the last of them do, which each product has one of at least. */
export async function seedChanges(databaseUrl: string, past: Past, first: number, last: number): Promise<void> {
  const { since, vendors, products } = past;
  await withClient(databaseUrl, async (client) => {
    for (let from = first; from <= last; from += BATCH) {
      await client.query(CHANGES, [from, Math.min(last, from + BATCH - 1), vendors, since]);
    }
    await client.query(STATE_OF_PRODUCTS, [last - products + 1, last, vendors, since]);
    await client.query('VACUUM ANALYZE');
  });
}
