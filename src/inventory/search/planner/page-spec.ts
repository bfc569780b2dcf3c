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

/** Rows at the beginning of an order that are looked at in any case. */
export const PROBE_ROWS = 300;
/** Rows within a price range or a place that are looked up, whatever else is asked for. */
export const NARROW = 3_000;
/** Rows of the greatest page and one: a literal, as without one a plan is made for a tenth of the table. */
export const MOST = 101;

/**
 * `products`, where they are read by their vendor or along their time. Of the past, those indexes are of another table
 * than the ones by price (`asOf`).
 */
export const BY_TIME = 'products /* by time or vendor */';

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
