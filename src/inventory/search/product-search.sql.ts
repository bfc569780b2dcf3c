import { createHash } from 'node:crypto';
import type { Statement } from '../../infra/index.js';
import { PRODUCT_COLUMNS } from '../products/product.entity.js';
import { decodeCursor } from './page-cursor.js';
import { type ProductOrder, productOrder } from './product-order.js';
import type { ProductFilters, ProductSearchOptions } from '../../contracts/index.js';
import { SqlBuilder } from './sql-builder.js';
import type { TextQuery } from './text/text-query.js';

export interface SearchStatement {
  statement: Statement;
  values: unknown[];
}

/**
 * One statement gives the page and the log position it was read at: both are of one snapshot, so a client that
 * subscribes from that position misses nothing. One row more than `limit` tells whether there is a next page.
 *
 * The head has one row, so the lateral join is a nested loop and keeps the page's order.
 */
export function productSearchSql(
  filters: ProductFilters,
  options: ProductSearchOptions,
  text: TextQuery | undefined,
): SearchStatement & { order: ProductOrder } {
  const sql = new SqlBuilder()
    .when(text?.match, (value) => `p.search @@ ${value}::tsquery`)
    .when(filters.category, (value) => `p.category = ${value}`)
    .when(filters.vendorId, (value) => `p.vendor_id = ${value}`)
    .when(filters.availability, (value) => `p.availability = ${value}`)
    .when(filters.minPrice, (value) => `p.base_price >= ${value}`)
    .when(filters.maxPrice, (value) => `p.base_price <= ${value}`)
    .when(filters.state, (value) => `v.state = ${value}`)
    .when(filters.district, (value) => `v.district = ${value}`);
  const byRelevance = text && (options.sort ?? 'relevance') === 'relevance';
  const order = productOrder(options.sort, byRelevance ? [text.exact, text.called].map((one) => sql.bind(one)) : []);
  const { columns, direction } = order;
  if (options.cursor !== undefined) {
    const keys = decodeCursor(
      options.cursor,
      order.name,
      columns.map(({ type }) => type),
    ).map((key) => sql.bind(key));
    const comparison = direction === 'ASC' ? '>' : '<';
    sql.where(`(${columns.map((column) => column.sql).join(', ')}) ${comparison} (${keys.join(', ')})`);
  }
  const body = `
    SELECT head.position, page.*
    FROM (SELECT coalesce(max(position), 0) AS position FROM inventory_events) head
    LEFT JOIN LATERAL (
      SELECT ${PRODUCT_COLUMNS}, v.name AS "vendorName", v.market AS "vendorMarket", v.state AS "vendorState",
             ${columns.map((column, index) => `${column.sql} AS key${index}`).join(', ')}
      FROM products p JOIN vendors v ON v.id = p.vendor_id
      ${sql.whereClause}
      ORDER BY ${columns.map((column) => `${column.sql} ${direction}`).join(', ')}
      LIMIT ${sql.bind(options.limit + 1)}
    ) page ON true`;
  return { statement: named('product-search', body), values: sql.values, order };
}

/** The same combination of filters has the same text, so each is parsed once per connection. */
export function named(prefix: string, text: string): Statement {
  return { name: `${prefix}:${createHash('sha1').update(text).digest('hex').slice(0, 12)}`, text };
}
