import { along, alongPrices, firstProducts, partAlong, PROBE_ROWS, type PageSpec, rowsOf } from './page-spec.js';
import { whereAll } from './product-conditions.js';
import type { ProductOrder } from './product-order.js';

/** How many times as far is walked as a sample promises. */
const SCAN_FACTOR = 2;
/**
 * SQL of how many products are walked in the time in which one is looked up and sorted. Of the past fewer along time as
 * well: each is looked up then, by its one version.
 */
export const WALKED = alongPrices(5);

/** SQL of how many rows of the sample have what rows are looked up by, and how many of these fit. */
export const SEEN = '(SELECT count(*) FROM sample)';
export const HITS = '(SELECT count(*) FROM sample WHERE fits)';

/**
 * SQL of how many rows were looked at: √10 times as many in a table of ten times as many, as what they can't tell costs
 * so much more there.
 */
export const SAMPLED = '(SELECT rows FROM sample_size)';
const sampleSize = (order: ProductOrder): string =>
  `greatest(${along(order, PROBE_ROWS)}, ceil(1.5 * sqrt(${rowsOf('products')}) * ${partAlong(order)}))::bigint`;

/**
 * The first rows in order that have what rows would be looked up by, as `sample`, with whether they fit the other
 * filters.
 *
 * @param fields SQL of what else is to be known of them
 * @param only when this is true
 */
export function sampled(
  { conditions, behind }: Pick<PageSpec, 'conditions' | 'behind'>,
  order: ProductOrder,
  fields: readonly string[],
  only: readonly string[],
): string {
  return `
      sample_size AS MATERIALIZED (SELECT ${sampleSize(order)} AS rows),
      sample AS MATERIALIZED (
        SELECT ${[...fields, `(${conditions.residual(order).join(' AND ')}) AS fits`].join(', ')}
        ${conditions.from(firstProducts(conditions, order, behind, SAMPLED))}
        ${whereAll([...conditions.lookedUpBy, ...only])}
      )`;
}

/** What walking on promises. */
export interface Prospect {
  /** SQL of how many rows there may be to walk for a page. */
  rows: string;
  /** SQL of how many to walk at most. */
  most: string;
  /** SQL of whether that is cheaper than looking all up. */
  worth: string;
}

/**
 * If `h` of `g` rows fit, there are `g × n / h` rows to walk for a page of `n`; if `s` have what rows are looked up by,
 * `N × s / g` of a table of `N` would be looked up. One of `s` may be chance; if none fits, half a hit is assumed.
 *
 * @param hits SQL of `h`
 * @param seen SQL of `s`
 */
export function prospectOf({ limit }: PageSpec, hits = HITS, seen = SEEN): Prospect {
  const rows = `${SAMPLED} * ${limit}::bigint / greatest(${hits}, 0.5)`;
  return {
    rows,
    most: `(SELECT ceil(${SCAN_FACTOR} * ${rows})::bigint)`,
    worth: `(${seen} - 1) * ${WALKED} * ${rowsOf('products')} > ${SAMPLED} * ${rows}`,
  };
}
