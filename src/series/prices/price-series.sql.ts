import { measureOf } from '../../contracts/index.js';
import { named, SqlBuilder } from '../../inventory/index.js';
import { isUsual, pointSql, USUAL_POINT } from '../projection/kept-point.sql.js';
import { medianSql } from '../projection/report-figures.sql.js';
import { SERIES_POSITION } from '../projection/series-position.sql.js';
import type { Query } from '../projection/series-reads.js';
import { roundedSql } from '../projection/unit-price.sql.js';
import { reportsSql } from './reports.sql.js';
import { isOfKeptDays, measureOfSeries, type PlacedFilter, stateOfSeries } from './series-filter.js';

const BUCKET = {
  day: { start: 'day', end: 'bucket' },
  week: { start: "date_trunc('week', day::timestamp)::date", end: 'bucket + 6' },
  month: {
    start: "date_trunc('month', day::timestamp)::date",
    end: "(bucket::timestamp + interval '1 month' - interval '1 day')::date",
  },
} as const;

/**
 * One row, all of one snapshot: `points` of a series; how many reports each day had from `countFrom` on, as `counts`;
 * and the `position`.
 */
export function readSeries(filter: PlacedFilter, countFrom: string): Query {
  const sql = new SqlBuilder();
  const text = `
    WITH ${isOfKeptDays(filter) ? keptDays(filter, countFrom, sql) : countedReports(filter, countFrom, sql)}
    SELECT '[' || coalesce((SELECT string_agg(point, ',' ORDER BY bucket) FROM points), '') || ']' AS points,
           coalesce((SELECT json_object_agg(day, reports) FROM counts), '{}') AS counts,
           ${SERIES_POSITION} AS position`;
  return { statement: named('price-series', text), values: sql.values };
}

/** By day, of a commodity in a state or the whole country: kept as they are sent, if in the usual unit. */
function keptDays(filter: PlacedFilter, countFrom: string, sql: SqlBuilder): string {
  const { per, factor } = measureOfSeries(filter);
  const key = [filter.commodity, stateOfSeries(filter), per, filter.currency].map((value) => sql.bind(value));
  const [from, to] = [sql.bind(filter.from), sql.bind(filter.to)];
  const point = isUsual(per, factor) ? USUAL_POINT : pointSql(`${sql.bind(factor)}::numeric`);
  return `
    days AS MATERIALIZED (
      SELECT * FROM series_days
      WHERE commodity = ${key[0]} AND state = ${key[1]} AND per = ${key[2]} AND currency = ${key[3]}
        AND day BETWEEN ${sql.bind(countFrom)}::date AND ${to}::date AND reports + suspicious > 0
    ), points AS (
      SELECT day AS bucket, ${point} AS point FROM days WHERE day >= ${from}::date
    ), counts AS (SELECT day, reports + suspicious AS reports FROM days)`;
}

/** Any other series, counted from its reports; with the prices that its vendor has set, if it is of one product. */
function countedReports(filter: PlacedFilter, countFrom: string, sql: SqlBuilder): string {
  const { start, end } = BUCKET[filter.bucket];
  const from = `${sql.bind(filter.from)}::date`;
  const factor = `${sql.bind(measureOfSeries(filter).factor)}::numeric`;
  const point = `json_build_object('from', bucket, 'to', ${end}, ${countedFigures(factor)})::text`;
  const own = filter.productId === undefined ? '' : ` UNION ALL ${ownDays(filter, sql)}`;
  return `
    ${reportsSql({ ...filter, from: countFrom }, sql)}, said AS (
      SELECT vendor_id, day, kg, suspicious, price, low, high, NULL::numeric AS first, NULL::numeric AS last, false AS own
      FROM reports${own}
    ), bucketed AS (
      SELECT *, min(day) ${VALID} OVER same AS first_day, max(day) ${VALID} OVER same AS last_day
      FROM (SELECT *, ${start} AS bucket FROM said WHERE day >= ${from}) r
      WINDOW same AS (PARTITION BY bucket)
    ), points AS (
      SELECT bucket, ${point} AS point FROM bucketed GROUP BY bucket
    ), counts AS (SELECT day, count(*) AS reports FROM reports GROUP BY day)`;
}

/** Such a day has no price but those that were set: no modal price, no arrivals. */
function ownDays({ productId, from, to, currency, unit }: PlacedFilter, sql: SqlBuilder): string {
  return `
      SELECT NULL, day, NULL, false, NULL, low, high, first, last, true
      FROM series_own_days
      WHERE product_id = ${sql.bind(productId)} AND per = ${sql.bind(measureOf(unit).per)}
        AND currency = ${sql.bind(currency)} AND day BETWEEN ${sql.bind(from)}::date AND ${sql.bind(to)}::date`;
}

/** Of what is said of prices: all that isn't suspicious; reports of it; those that say how much has arrived. */
const VALID = 'FILTER (WHERE NOT suspicious)';
const COUNTED = 'FILTER (WHERE NOT suspicious AND NOT own)';
const WEIGHED = 'FILTER (WHERE NOT suspicious AND kg > 0)';
const mean = (filter: string): string => `sum(price) ${filter} / nullif(count(*) ${filter}, 0)`;
const onDay = (day: string, own: string): string => `FILTER (WHERE NOT suspicious AND ${own} AND day = ${day})`;

/** Of a group of `bucketed`. */
function countedFigures(factor: string): string {
  const amount = (price: string): string => roundedSql(`(${price}) * ${factor}`);
  const atEnd = (price: string, day: string): string =>
    amount(`coalesce(min(${price}) ${onDay(day, 'own')}, ${mean(onDay(day, 'NOT own'))})`);
  return `'min', ${amount(`min(low) ${VALID}`)},
          'max', ${amount(`max(high) ${VALID}`)},
          'first', ${atEnd('first', 'first_day')},
          'last', ${atEnd('last', 'last_day')},
          'mean', ${amount(mean(COUNTED))},
          'weightedMean', ${amount(`sum(price * kg) ${WEIGHED} / sum(kg) ${WEIGHED}`)},
          'median', ${amount(medianSql(COUNTED))},
          'arrivalsKg', trim_scale(sum(kg) ${COUNTED}),
          'reports', count(*) ${COUNTED},
          'markets', count(DISTINCT vendor_id) ${COUNTED},
          'suspicious', count(*) FILTER (WHERE suspicious)`;
}
