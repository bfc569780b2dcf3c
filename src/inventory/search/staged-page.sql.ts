import { checked, type ProductConditions, whereAll } from './product-conditions.js';
import { idAndKeys, orderBy, orderByKeys, type ProductOrder } from './product-order.js';
import { fewTexts, MANY, ofEachText } from './product-texts.sql.js';

export interface PageSpec {
  conditions: ProductConditions;
  order: ProductOrder;
  /** True of what comes after the page before; empty for the first one. */
  behind: readonly string[];
  /** Placeholder of how many rows to find. */
  limit: string;
}

/** Rows at the beginning of an order that are looked at in any case. */
export const GLANCE = 300;
/** Rows that are walked at most. More of them, and PostgreSQL would rather sort a category of a small catalogue. */
export const WALK = 3_000;
/** Rows within a price range that are looked up, whatever else is asked for. */
const NARROW = 3_000;
/** Rows of the greatest page and one: a literal, as without one a plan is made for a tenth of the table. */
export const MOST = 101;

/**
 * Whether walking on is cheaper than looking all up, judged by how many rows of the glance fit. `h` of them promise the
 * 21 rows of a page within `300 × 21 / h` rows, and `N × h / 300` matches to look up in a table of `N`.
 *
 * @param hits SQL of `h`
 */
export function worthWalking(hits: string): string {
  const products = `(SELECT reltuples FROM pg_class WHERE oid = 'products'::regclass)`;
  return `${hits} > 1 AND ${hits} * ${hits} * ${products} > ${GLANCE * GLANCE * 21}`;
}

/**
 * The first rows in order that fit, found in one of two ways: by walking along the order's index until there are enough
 * that fit, which is fast if many do; or by looking all of them up in another index and sorting them, which is fast if
 * few do. Statistics can't tell which: they know nothing of prefixes, nor that there are no onions among the spices.
 * So the statement looks at the first rows itself and decides by what it finds. A branch that isn't wanted isn't run.
 *
 * Neither is needed for a text search that few texts satisfy: see `fewTexts`.
 */
export function stagedPage(page: PageSpec): string {
  const { conditions, order, behind, limit } = page;
  const texts = conditions.match === undefined ? undefined : { ...page, rank: '0' };
  const many = texts ? [MANY] : [];
  const walked = (rows: number, only: readonly string[]) => `
        SELECT ${idAndKeys(order)} ${conditions.from(firstProducts(conditions, order, behind, rows))}
        ${whereAll([...conditions.all, ...many, ...only])} ${orderBy(order)} LIMIT ${limit}`;
  const glanced = '(SELECT count(*) FROM glance)';
  const rare = [...many, `${glanced} < ${limit}`, `(SELECT count(*) FROM walk) < ${limit}`];
  const all = texts
    ? ofEachText(texts)
    : `SELECT ${idAndKeys(order)} ${conditions.from('products')} ${whereAll([...conditions.lookUp, ...behind.map(checked)])}`;
  return `
      WITH ${texts ? `${fewTexts(texts)},` : ''}
      glance AS MATERIALIZED (${walked(GLANCE, [])}),
      walk AS MATERIALIZED (${walked(WALK, [worthWalking(glanced), `${glanced} < ${limit}`])}),
      ${lookedUp(page, all, rare)}
      ${texts ? 'SELECT * FROM few UNION ALL' : ''}
      SELECT * FROM glance WHERE ${glanced} = ${limit}
      UNION ALL SELECT * FROM walk WHERE (SELECT count(*) FROM walk) = ${limit}
      UNION ALL SELECT * FROM looked_up`;
}

/**
 * All that fit, sorted, as `looked_up`: by the price, if the range is found to be narrow, which no plan can know.
 *
 * @param all SQL of them, if it isn't
 * @param only when this is true
 */
export function lookedUp({ conditions, order, behind, limit }: PageSpec, all: string, only: readonly string[]): string {
  const sorted = (rows: string, when: readonly string[]) => `(
        SELECT * FROM (${rows} OFFSET 0) found ${whereAll(when)} ${orderByKeys(order, 'found')} LIMIT ${limit}
      )`;
  const range = conditions.priceRange;
  if (range === undefined) return `looked_up AS MATERIALIZED ${sorted(all, only)}`;
  const inRange = `SELECT ${idAndKeys(order)} ${conditions.from('products')}
          ${whereAll([...range, ...conditions.besidePriceRange, ...behind.map(checked)])}`;
  return `
      price_range AS MATERIALIZED (
        SELECT count(*) <= ${NARROW} AS is_narrow
        FROM (SELECT FROM products p ${whereAll([...range, ...only])} LIMIT ${NARROW + 1}) in_range
      ),
      looked_up AS MATERIALIZED (
        ${sorted(inRange, [...only, '(SELECT is_narrow FROM price_range)'])}
        UNION ALL ${sorted(all, [...only, 'NOT (SELECT is_narrow FROM price_range)'])}
      )`;
}

/** The first rows in order that fit, by whatever index PostgreSQL finds best. */
export function plainPage({ conditions, order, behind, limit }: PageSpec): string {
  const where = whereAll([...conditions.all, ...behind]);
  const page = `SELECT ${idAndKeys(order)} ${conditions.from('products')} ${where} ${orderBy(order)} LIMIT ${MOST}`;
  return `SELECT * FROM (${page}) page LIMIT ${limit}`;
}

/**
 * The first products along the order's index, whether they fit or not. Where the index is entered somewhere, how far to
 * go is hidden from the planner: it then expects a tenth of what follows, and does not think of sorting all of that.
 */
export function firstProducts(
  conditions: ProductConditions,
  order: ProductOrder,
  behind: readonly string[],
  rows: number,
): string {
  const from = [...conditions.category, ...(behind.length > 0 ? behind : conditions.startOf(order))];
  const limit = from.length === 0 ? `${rows}` : `(SELECT ${rows})`;
  return `(SELECT * FROM products p ${whereAll(from)} ${orderBy(order)} LIMIT ${limit})`;
}
