import { allOf, foldedOfVendor, UNFOLDED_BY_VENDOR, unfoldedOfCategory } from '../../vendors/stock/vendor-stock.sql.js';
import { VENDOR_COLUMNS } from '../../vendors/vendors.sql.js';
import { decodeCursor, type KeyType } from './page-cursor.js';
import { rankSql } from './product-order.js';
import { MOST } from './page-spec.js';
import { placeConditions, whereAll } from './product-conditions.js';
import type { SearchStatement } from './product-search.sql.js';
import type { PageOptions, Placed, VendorFilters } from '../../../contracts/index.js';
import { named, SqlBuilder } from './sql-builder.js';
import { BEST_RANK, RANKED_BY, type TextQuery } from '../../text/text-query.js';

/** Renamed whenever the order's meaning changes. */
export const VENDOR_ORDER = 'names';
export const VENDOR_KEY_TYPES: readonly KeyType[] = ['rank', 'text', 'text'];

/** Vendors of a category that are looked up one by one; of more, enough are found by going through all in order. */
const FEW_VENDORS = 1_000;

/**
 * Like the product search, with each vendor's counts (`vendor_stock`); the better a vendor's names fit the query, the
 * earlier it comes; then by name.
 */
export function vendorSearchSql(
  filters: Placed<VendorFilters>,
  options: PageOptions,
  text: TextQuery | undefined,
): SearchStatement {
  const sql = new SqlBuilder().when(text?.match, (value) => `v.search @@ ${value}::tsquery`);
  for (const condition of placeConditions(filters, sql)) sql.where(condition);
  const rank = text
    ? `(${BEST_RANK} - ${rankSql(
        'v.search',
        RANKED_BY.map((kind) => sql.bind(text[kind])),
      )})`
    : '0';
  if (options.cursor !== undefined) {
    const keys = decodeCursor(options.cursor, VENDOR_ORDER, VENDOR_KEY_TYPES).map((key) => sql.bind(key));
    sql.where(`(${rank}, v.name, v.id) > (${keys[0]}::int, ${keys[1]}, ${keys[2]})`);
  }
  const limit = sql.bind(options.limit + 1);
  const pageOf = (from: string, conditions: readonly string[]): string => `
      SELECT ${VENDOR_COLUMNS}, ${rank} AS rank
      FROM ${from}
      ${whereAll([...conditions, ...sql.conditions])}
      ORDER BY ${rank === '0' ? '' : `${rank}, `}v.name, v.id
      LIMIT ${limit}`;
  const category = filters.category === undefined ? undefined : sql.bind(filters.category);
  const body = `
    WITH ${category === undefined ? '' : vendorsOfCategory(category)}page AS MATERIALIZED (${
      category === undefined ? pageOf('vendors v', []) : pageOfCategory(category, pageOf)
    }
    ), unfolded AS MATERIALIZED (${UNFOLDED_BY_VENDOR}
    )
    SELECT head.position, page.*, coalesce(folded.total, 0) + coalesce(unfolded.total, 0) AS total,
           coalesce(folded.available, 0) + coalesce(unfolded.available, 0) AS available
    FROM (SELECT coalesce(max(position), 0) AS position FROM inventory_events) head
    LEFT JOIN (SELECT * FROM page LIMIT ${MOST}) page ON true
    LEFT JOIN LATERAL (${foldedOfVendor('page.id')}) folded ON true
    LEFT JOIN unfolded ON unfolded.vendor_id = page.id
    ORDER BY page.rank, page.name, page.id`;
  return { statement: named('vendor-search', body), values: sql.values };
}

/**
 * `few`: vendors that had products of a category at the last fold, some without any left, up to one more than are
 * looked up; `moved`: those that have more or fewer since then, and whether they have any. The second is empty almost
 * always.
 *
 * Asked for the rows of the category itself, PostgreSQL goes through the table if it takes the category for a common
 * one; those from it on can only be found along the index.
 *
 * @param category its placeholder
 */
const vendorsOfCategory = (category: string): string => `
    few AS MATERIALIZED (
      SELECT vendor_id FROM (
        SELECT s.category, s.vendor_id FROM vendor_stock s WHERE s.category >= ${category}
        ORDER BY s.category, s.vendor_id LIMIT ${FEW_VENDORS + 1}
      ) s WHERE s.category = ${category}
    ), moved AS MATERIALIZED (
      SELECT u.vendor_id, u.total + coalesce(
        (SELECT ${allOf('s')} FROM vendor_stock s WHERE s.category = ${category} AND s.vendor_id = u.vendor_id), 0) > 0 AS has
      FROM (${unfoldedOfCategory(category)}) u
    ), `;

/**
 * Few vendors are looked up by themselves, which takes 40,000 probes less where the category is rare. Many are so many
 * that going through all vendors in the order of the page finds enough soon.
 */
function pageOfCategory(category: string, pageOf: (from: string, conditions: readonly string[]) => string): string {
  const areFew = `(SELECT count(*) FROM few) <= ${FEW_VENDORS}`;
  // A value, not EXISTS: PostgreSQL would rather read all vendors of the category at first.
  const has = `(v.id IN (SELECT vendor_id FROM moved WHERE has) OR
        (SELECT ${allOf('s')} > 0 FROM vendor_stock s WHERE s.category = ${category} AND s.vendor_id = v.id)
        AND v.id NOT IN (SELECT vendor_id FROM moved))`;
  const known = `(SELECT vendor_id FROM few UNION SELECT vendor_id FROM moved) known
      CROSS JOIN LATERAL (SELECT * FROM vendors v WHERE v.id = known.vendor_id OFFSET 0) v`;
  return `
      (${pageOf(known, [areFew, has])})
      UNION ALL
      (${pageOf('vendors v', [`NOT (${areFew})`, has])})`;
}
