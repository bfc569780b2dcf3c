import type { Statement } from '../../../database/index.js';

/** Differences that one fold takes at most. */
const FOLDED_AT_ONCE = 20_000;

const ALL = 'available + limited + out_of_stock';

/** SQL of all products that a row of either table counts. */
export const allOf = (row: string): string => `${row}.available + ${row}.limited + ${row}.out_of_stock`;

const AVAILABILITIES = ['available', 'limited', 'out_of_stock'];

/**
 * `INSERT` of the differences that a statement makes, a row for each vendor and category: the statement must set
 * `counted_version` of each product to its new version, or a trigger counts it as well.
 *
 * @param changed a relation of the changed products: `vendor_id`, `category`, `availability`, and `stock_before`
 */
export const appendedDifferences = (changed: string): string => `
      INSERT INTO vendor_stock_changes (vendor_id, category, ${AVAILABILITIES.join(', ')})
      SELECT vendor_id, category, ${AVAILABILITIES.map(
        (one) => `count(*) FILTER (WHERE availability = '${one}') - count(*) FILTER (WHERE stock_before = '${one}')`,
      ).join(',\n             ')}
      FROM ${changed} WHERE availability <> stock_before GROUP BY vendor_id, category`;

/**
 * What has changed since the last fold, a row for each vendor: `vendor_id`, `total`, `available`. The table is read
 * from end to end, and has what was changed within a fraction of a second.
 */
export const UNFOLDED_BY_VENDOR = `
  SELECT vendor_id, sum(${ALL})::int AS total, sum(available)::int AS available
  FROM vendor_stock_changes GROUP BY vendor_id`;

/** The same of vendors that have more or fewer products in a category. @param category its placeholder */
export const unfoldedOfCategory = (category: string): string => `
  SELECT vendor_id, sum(${ALL})::int AS total
  FROM vendor_stock_changes WHERE category = ${category} GROUP BY vendor_id HAVING sum(${ALL}) <> 0`;

/** The counts of one vendor as of the last fold: `total`, `available`. @param vendor SQL of its id */
export const foldedOfVendor = (vendor: string): string => `
  SELECT sum(${ALL})::int AS total, sum(available)::int AS available FROM vendor_stock WHERE vendor_id = ${vendor}`;

/**
 * Adds the differences to the counts, in one statement: every reader sees a difference either here or there. It takes
 * exactly those that it sees, so any number may run at a time. Rows are taken in one order, so that two can't deadlock.
 * `folded`: how many differences; `isEmptied`: whether a count has become 0 by it.
 */
export const FOLD: Statement = {
  name: 'fold-vendor-stock',
  text: `
    WITH folded AS (
      DELETE FROM vendor_stock_changes
      WHERE ctid = ANY (ARRAY(SELECT ctid FROM vendor_stock_changes LIMIT ${FOLDED_AT_ONCE}))
      RETURNING *
    ), counts AS (
      INSERT INTO vendor_stock AS s (vendor_id, category, available, limited, out_of_stock)
      SELECT vendor_id, category, sum(available), sum(limited), sum(out_of_stock)
      FROM folded GROUP BY vendor_id, category ORDER BY category, vendor_id
      ON CONFLICT (category, vendor_id) DO UPDATE
      SET available = s.available + excluded.available, limited = s.limited + excluded.limited,
          out_of_stock = s.out_of_stock + excluded.out_of_stock
      RETURNING ${allOf('s')} AS total
    )
    SELECT (SELECT count(*) FROM folded)::int AS folded, coalesce(bool_or(total = 0), false) AS "isEmptied" FROM counts`,
};

/** Removes the counts of what vendors have no more of. */
export const REMOVE_EMPTY: Statement = {
  name: 'remove-empty-vendor-stock',
  text: 'DELETE FROM vendor_stock WHERE available = 0 AND limited = 0 AND out_of_stock = 0',
};

/** Frees the space of what has been folded; not while another session does, and not in a transaction. */
export const FREE_FOLDED = 'VACUUM (SKIP_LOCKED) vendor_stock_changes';
