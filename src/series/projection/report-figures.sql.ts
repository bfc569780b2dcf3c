import { perSql, unitPriceSql } from './unit-price.sql.js';

/** Days that an earlier report may be old, for a jump of the price to be suspicious, and such a jump. */
export const JUMP_WITHIN_DAYS = 30;
const JUMP = 5;

/** Of reports that count. */
const COUNTED = 'FILTER (WHERE NOT suspicious)';
/** Of those that say how much has arrived. */
const WEIGHED = 'FILTER (WHERE NOT suspicious AND kg > 0)';

/** The middle one of `price`, or the mean of both: PostgreSQL's `percentile_cont` is of binary numbers. */
export function medianSql(counted: string): string {
  const sorted = `array_agg(price ORDER BY price) ${counted}`;
  const many = `(count(*) ${counted})::int`;
  return `((${sorted})[(${many} + 1) / 2] + (${sorted})[${many} / 2 + 1]) / 2`;
}

/** What of a report compares with others: `modal`, `min` and `max` per one of `per`. */
export function comparableColumns(
  unit: string,
  weight: string,
  of = '',
): Record<string, { type: string; sql: string }> {
  const price = (column: string) => ({ type: 'numeric', sql: unitPriceSql(`${of}${column}`, unit, weight) });
  const per = { type: 'text COLLATE "C"', sql: perSql(unit, weight) };
  return { price: price('modal'), low: price('min'), high: price('max'), per };
}

/** The same columns of a report that isn't kept. */
export const comparableSql = (report: string): string =>
  Object.entries(comparableColumns(`${report}.unit`, `${report}.unit_weight_kg`, `${report}.`))
    .map(([name, { sql }]) => `${sql} AS ${name}`)
    .join(', ');

/** The columns of `series_days` but for its key, of a group of reports. */
export const DAY_FIGURES = `
    min(low) ${COUNTED} AS low, max(high) ${COUNTED} AS high, sum(price) ${COUNTED} AS total, ${medianSql(COUNTED)} AS median,
    sum(price * kg) ${WEIGHED} AS weighed_total, sum(kg) ${WEIGHED} AS weighed_kg, sum(kg) ${COUNTED} AS kg,
    (count(*) ${COUNTED})::int AS reports, (count(DISTINCT vendor_id) ${COUNTED})::int AS markets,
    (count(*) FILTER (WHERE suspicious))::int AS suspicious`;

/** `price` and `per` of one that a vendor has set. */
export const ownPriceSql = (set: string): string => `
    ${unitPriceSql(`${set}.price`, `${set}.unit`, `${set}.unit_weight_kg`)} AS price,
    ${perSql(`${set}.unit`, `${set}.unit_weight_kg`)} AS per`;

/** Of such prices of a day, by their position. */
export const OWN_FIGURES = `
    (array_agg(price ORDER BY position))[1] AS first, (array_agg(price ORDER BY position DESC))[1] AS last,
    min(price) AS low, max(price) AS high`;

/**
 * Whether a report is suspicious beside the one of the last day before, as `isSuspicious` of a product's prices has it.
 * Prices of two units are multiplied across, so that no division decides.
 *
 * @param before SQL of a column of the report before, which may be null
 */
export function suspiciousSql(report: string, before: (column: string) => string): string {
  const now = unitPriceSql(`${report}.modal`, `${report}.unit`, 'NULL');
  const then = unitPriceSql(before('modal'), before('unit'), 'NULL');
  return `coalesce(
      ${report}.currency = ${before('currency')} AND ${report}.day - ${before('day')} <= ${JUMP_WITHIN_DAYS}
      AND ${perSql(`${report}.unit`, 'NULL')} = ${perSql(before('unit'), 'NULL')}
      AND (${now} >= ${JUMP} * ${then} OR ${now} * ${JUMP} <= ${then}), false)`;
}
