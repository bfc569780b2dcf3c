import { VENDOR_COLUMNS } from '../vendors/vendors.sql.js';
import { decodeCursor, type KeyType } from './page-cursor.js';
import { rankSql } from './product-order.js';
import { named, type SearchStatement } from './product-search.sql.js';
import type { PageOptions, VendorFilters } from '../../contracts/index.js';
import { SqlBuilder } from './sql-builder.js';
import type { TextQuery } from './text/text-query.js';

/** Renamed whenever the order's meaning changes. */
export const VENDOR_ORDER = 'name';
export const VENDOR_KEY_TYPES: readonly KeyType[] = ['rank', 'text', 'text'];

/**
 * Like the product search, with each vendor's counts; the better a vendor's names fit the query, the earlier it comes;
 * then by name.
 */
export function vendorSearchSql(
  filters: VendorFilters,
  options: PageOptions,
  text: TextQuery | undefined,
): SearchStatement {
  const sql = new SqlBuilder()
    .when(text?.match, (value) => `v.search @@ ${value}::tsquery`)
    .when(filters.state, (value) => `v.state = ${value}`)
    .when(filters.district, (value) => `v.district = ${value}`)
    .when(
      filters.category,
      (value) =>
        `${isUsed(value)} AND EXISTS (SELECT FROM products p WHERE p.vendor_id = v.id AND p.category = ${value})`,
    );
  const rank = text
    ? `(2 - ${rankSql(
        'v.search',
        [text.whole, text.named].map((one) => sql.bind(one)),
      )})`
    : '0';
  if (options.cursor !== undefined) {
    const keys = decodeCursor(options.cursor, VENDOR_ORDER, VENDOR_KEY_TYPES).map((key) => sql.bind(key));
    sql.where(`(${rank}, v.name, v.id) > (${keys[0]}::int, ${keys[1]}, ${keys[2]})`);
  }
  const body = `
    SELECT head.position, page.*, stock.total, stock.available
    FROM (SELECT coalesce(max(position), 0) AS position FROM inventory_events) head
    LEFT JOIN LATERAL (
      SELECT ${VENDOR_COLUMNS}, ${rank} AS rank
      FROM vendors v
      ${sql.whereClause}
      ORDER BY ${rank === '0' ? '' : `${rank}, `}v.name, v.id
      LIMIT ${sql.bind(options.limit + 1)}
    ) page ON true
    LEFT JOIN LATERAL (
      SELECT count(*)::int AS total, count(*) FILTER (WHERE p.availability = 'available')::int AS available
      FROM products p WHERE p.vendor_id = page.id
    ) stock ON true
    ORDER BY page.rank, page.name, page.id`;
  return { statement: named('vendor-search', body), values: sql.values };
}

/**
 * Of no vendor, so that PostgreSQL asks for it once: for a category that no product has, it doesn't look at the
 * products of each vendor, which takes 380 ms for 40,000. The first category that isn't before it can only be found
 * along an index; asked for the category itself, PostgreSQL goes through the table or another order if it takes the
 * category for a common one.
 */
const isUsed = (category: string): string =>
  `(SELECT c.category FROM products c WHERE c.category >= ${category} ORDER BY c.category LIMIT 1) = ${category}`;
