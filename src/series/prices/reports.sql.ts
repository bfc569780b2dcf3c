import { placeConditions, type SqlBuilder } from '../../inventory/index.js';
import { comparableSql, JUMP_WITHIN_DAYS, suspiciousSql } from '../projection/report-figures.sql.js';
import { measureOfSeries, type PlacedFilter } from './series-filter.js';

/**
 * CTEs that end with `reports`: those of a series, one for each product and day, with `price`, `low` and `high` per one
 * of its dimension, and `kg` that arrived. The last ones of each day are kept as such; the first ones are looked for
 * among all observations, and compared with each other.
 */
export function reportsSql(filter: PlacedFilter, sql: SqlBuilder): string {
  const { per } = measureOfSeries(filter);
  const ofFirst = filter.revisions === 'first';
  const chosen = `
    chosen AS MATERIALIZED (
      SELECT p.product_id, p.vendor_id, p.unit_weight_kg
      FROM series_products p LEFT JOIN series_vendors v ON v.vendor_id = p.vendor_id
      WHERE ${productConditions(filter, sql).join(' AND ')}
    )`;
  const [from, to] = [`${sql.bind(filter.from)}::date`, `${sql.bind(filter.to)}::date`];
  const latest = `SELECT r.* FROM chosen JOIN series_reports r USING (product_id) WHERE r.day BETWEEN ${from} AND ${to}`;
  const first = `
      SELECT t.*, t.arrivals_kg AS kg, c.vendor_id, c.unit_weight_kg, ${suspiciousSql('t', before)} AS suspicious
      FROM chosen c JOIN market_prices t ON t.product_id = c.product_id
      WHERE t.day BETWEEN ${from} - ${JUMP_WITHIN_DAYS} AND ${to} AND t.revision = 1`;
  return `${chosen}, reports AS (
      SELECT * FROM (
        SELECT product_id, vendor_id, day, kg, suspicious, currency, ${ofFirst ? comparableSql('r') : 'price, low, high, per'}
        FROM (${ofFirst ? first : latest}) r
      ) compared
      WHERE day >= ${from} AND currency = ${sql.bind(filter.currency)} AND per = ${sql.bind(per)}
    )`;
}

const before = (column: string): string => `lag(t.${column}) OVER (PARTITION BY t.product_id ORDER BY t.day)`;

/** Of `series_products p` and `series_vendors v`. */
function productConditions(filter: PlacedFilter, sql: SqlBuilder): string[] {
  const { commodity, productId, variety } = filter;
  return [
    ...(commodity === undefined ? [] : [`p.commodity = ${sql.bind(commodity)}`]),
    ...(productId === undefined ? [] : [`p.product_id = ${sql.bind(productId)}`]),
    ...(variety === undefined ? [] : [`lower(p.variety) = lower(${sql.bind(variety)})`]),
    ...placeConditions(filter, sql),
  ];
}
