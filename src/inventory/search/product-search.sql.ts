import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ProductFilters, ProductSearchOptions } from '../../contracts/index.js';
import { compactJson, type Statement } from '../../database/index.js';
import { PRODUCT_FIELDS } from '../products/product.entity.js';
import { decodeCursor } from './page-cursor.js';
import { MOST } from './page-spec.js';
import { ProductConditions } from './product-conditions.js';
import { after, orderByKeys, type OrderColumn, type ProductOrder, productOrder, rankSql } from './product-order.js';
import { rankedPage } from './ranked-page.sql.js';
import { SqlBuilder } from './sql-builder.js';
import { plainPage, stagedPage } from './staged-page.sql.js';
import type { TextQuery } from './text/text-query.js';

export interface SearchStatement {
  statement: Statement;
  values: unknown[];
}

/**
 * One statement gives the page and the log position it was read at: both are of one snapshot, so a client that
 * subscribes from that position misses nothing. One row more than `limit` tells whether there is a next page.
 *
 * What is on the page is found first, as ids and sort keys; only those are looked up whole, and with their vendors.
 * They come as the JSON that is sent: it takes PostgreSQL 130 µs more for a page and the process, which a miss waits
 * for, 190 less.
 */
export function productSearchSql(
  filters: ProductFilters,
  options: ProductSearchOptions,
  text: TextQuery | undefined,
): SearchStatement & { order: ProductOrder } {
  const sql = new SqlBuilder();
  const conditions = new ProductConditions(filters, sql, text && sql.bind(text.match));
  const ranked = text && (options.sort ?? 'relevance') === 'relevance' ? text : undefined;
  const queries = ranked && [sql.bind(ranked.whole), sql.bind(ranked.named)];
  const order = productOrder(options.sort, queries && rankSql('p.search', queries));
  const cursor =
    options.cursor === undefined
      ? undefined
      : decodeCursor(
          options.cursor,
          order.name,
          order.columns.map(({ type }) => type),
        );
  const keys = cursor?.map((key) => sql.bind(key));
  const limit = sql.bind(options.limit + 1);
  const lang = filters.lang === undefined ? undefined : sql.bind(filters.lang);
  const lastRank = (cursor?.[0] as number | undefined) ?? 2;
  // All that the text depends on. It has up to 15 kB, and making it takes 40 to 150 µs, a fifth of what a search takes
  // the process.
  const shape = [
    ...conditions.all,
    order.name,
    ...(queries ?? []),
    ...(keys ?? []),
    queries && lastRank,
    limit,
    lang,
  ].join();
  let statement = statements.get(shape);
  if (statement === undefined) {
    const page = { conditions, order, behind: keys ? [after(order, keys)] : [], limit };
    const found = !isStaged(filters, order, text)
      ? plainPage(page)
      : queries
        ? rankedPage({ ...page, queries, keys, lastRank })
        : stagedPage(page);
    statements.set(shape, (statement = named('product-search', pageSql(found, order, lang))));
  }
  return { statement, values: sql.values, order };
}

const VENDOR_OF_PRODUCT = `v.id, v.name, ${compactJson('v.names')} AS names, v.market, v.district, v.state`;

/** By the shape of a search: there are a few hundred combinations of filters at most. */
const statements = new LRUCache<string, Statement>({ max: 1_000 });

/**
 * @param found SQL of the ids and sort keys of what is on the page
 * @param lang placeholder of the language of display names
 */
function pageSql(found: string, order: ProductOrder, lang: string | undefined): string {
  const displayName = lang === undefined ? '' : `, coalesce(p.names->>${lang}::text, p.name) AS "displayName"`;
  return `
    SELECT head.position, page.id, page."vendorId", page.item, ${order.columns.map(keyAsText).join(', ')}
    FROM (SELECT coalesce(max(position), 0) AS position FROM inventory_events) head
    LEFT JOIN LATERAL (
      SELECT p.id, p.vendor_id AS "vendorId", row_to_json(item)::text AS item,
             ${order.columns.map((_column, index) => `found.key${index}`).join(', ')}
      FROM (SELECT * FROM (${found}) page LIMIT ${MOST}) found JOIN products p ON p.id = found.id JOIN vendors v ON v.id = p.vendor_id
      CROSS JOIN LATERAL (
        SELECT ${PRODUCT_FIELDS}, (SELECT vendor FROM (SELECT ${VENDOR_OF_PRODUCT}) vendor) AS vendor${displayName}
      ) item
    ) page ON true
    ${orderByKeys(order, 'page')}`;
}

/** A time as PostgreSQL writes it: only the last one's is ever read. */
function keyAsText({ type }: OrderColumn, index: number): string {
  return type === 'time' ? `page.key${index}::text` : `page.key${index}`;
}

/**
 * Whether walking along the order's index may have to go far. Without a text, only what the index doesn't hold makes
 * it: a price range in another order, or a place. One vendor has few enough products to sort.
 */
function isStaged(filters: ProductFilters, order: ProductOrder, text: TextQuery | undefined): boolean {
  if (filters.vendorId !== undefined) return false;
  const priced = filters.minPrice !== undefined || filters.maxPrice !== undefined;
  const placed = filters.state !== undefined || filters.district !== undefined;
  return text !== undefined || placed || (priced && order.name === 'newest');
}

/** Of the statements in use: there are a few hundred combinations of filters at most. */
const names = new LRUCache<string, string>({ max: 1_000 });

/** The same combination of filters has the same text, so each is parsed once per connection. */
export function named(prefix: string, text: string): Statement {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `${prefix}:${hash('sha1', text, 'hex').slice(0, 12)}`));
  return { name, text };
}
