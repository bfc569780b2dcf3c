import { type ProductConditions, whereAll } from './product-conditions.js';
import { isByPrice, orderBy, type ProductOrder } from './product-order.js';

export interface PageSpec {
  conditions: ProductConditions;
  order: ProductOrder;
  /** True of what comes after the page before; empty for the first one. */
  behind: readonly string[];
  /** Placeholder of how many rows to find. */
  limit: string;
}

/** Versions of a product of the past, as is assumed of all: a log may have some or many of each. */
export const VERSIONS = 8;

/**
 * SQL of a number of products to read along an index of prices. Of the past there are fewer: between two products of a
 * moment such an index has their versions of other moments, which are read as well (`asOf`).
 */
export const alongPrices = (products: number): string => `/* along prices */ ${products}`;

/** The same along the index of an order; by time, most products have one entry. */
export const along = (order: ProductOrder, products: number): string =>
  isByPrice(order) ? alongPrices(products) : `${products}`;

/** SQL of the part of as many products as of the present that is read along the index of an order. */
export const partAlong = (order: ProductOrder): string => `${along(order, VERSIONS)} / ${VERSIONS}.0`;

/** Products at the beginning of an order that are looked at in any case. */
export const PROBE_ROWS = 300;
/** Products within a price range or a place that are looked up, whatever else is asked for. */
export const NARROW = 3_000;
/** Rows of the greatest page and one: a literal, as without one a plan is made for a tenth of the table. */
export const MOST = 101;

/**
 * `products`, where they are read by their vendor or along their time. Of the past, those indexes are of another table
 * than the ones by price (`asOf`).
 */
export const BY_TIME = 'products /* by time or vendor */';

/** The same where nothing but that they are there is asked of them: of the past, their versions needn't be found. */
export const COUNTED = 'products /* counted by vendor */';

/**
 * The same of a range of prices, with what stands behind its conditions. Of the past its entries in an index are
 * counted, whatever moment they are of, as all of them would be read: along the index, since a plan for any value
 * expects to meet enough of them soon in the table itself.
 */
export const PRICED = 'products /* counted by price */';
export const BY_PRICE = '/* by price */';

/** `products`, to be read in an order. */
export const productsIn = (order: ProductOrder): string => (isByPrice(order) ? 'products' : BY_TIME);

/**
 * The first products along the order's index, whether they fit or not. Where the index is entered somewhere, how far to
 * go is hidden from the planner: it then expects a tenth of what follows, and does not think of sorting all of that.
 *
 * @param rows SQL of how many
 */
export function firstProducts(
  conditions: ProductConditions,
  order: ProductOrder,
  behind: readonly string[],
  rows: string,
): string {
  const from = [...conditions.category, ...conditions.startOf(order, behind)];
  const limit = from.length === 0 ? rows : `(SELECT ${rows})`;
  const first = (beside: readonly string[]): string =>
    `SELECT * FROM ${productsIn(order)} p ${whereAll([...from, ...beside])} ${orderBy(order)} LIMIT ${limit}`;
  return `(${conditions.inOrder(first, orderBy(order), limit)})`;
}

/** SQL of how many rows there are in a table, as of its last analysis. */
export const rowsOf = (table: string): string =>
  `(SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = '${table}'::regclass)`;

/** SQL of how many rows there are, up to `most`. */
export const countOf = (rows: string, most: number | string): string =>
  `(SELECT count(*) FROM (SELECT FROM ${rows} LIMIT ${most}) counted)`;
