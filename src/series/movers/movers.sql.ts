import { named, SqlBuilder } from '../../inventory/index.js';
import { SERIES_POSITION } from '../projection/series-position.sql.js';
import type { Query } from '../projection/series-reads.js';
import { roundedSql } from '../projection/unit-price.sql.js';

/** Markets that a change is of at least; that a day has at least, as a share of the most of the two weeks before. */
const FEWEST_MARKETS = 3;
const SHARE_OF_MOST = 4;
/** Days that the newest one may be old, and that the one before may be older than the window. */
const SLACK = 6;

export interface MoversFilter {
  /** Days of the window. */
  days: number;
  /** As vendors spell it; without one the whole country. */
  state: string | undefined;
  category: string | undefined;
  limit: number;
}

/**
 * The largest changes of price per quintal. Of each commodity two days are compared, on each of which at least three
 * markets have reported it, and a quarter of as many as on the best day of two weeks; and of these days only what the
 * same markets have reported of the same products on both. An average of other markets is no change.
 *
 * Weights are what has arrived on both days together, so that what a market sells more or less of is no change either.
 */
export function readMovers({ days, state: ofState, category, limit }: MoversFilter): Query {
  const sql = new SqlBuilder();
  const state = sql.bind(ofState ?? '');
  const window = sql.bind(days);
  const ofDay = `d.state = ${state} AND d.per = 'kg' AND d.currency = 'INR'`;
  const ofCategory =
    category === undefined
      ? ''
      : `AND EXISTS (SELECT FROM series_products p WHERE p.commodity = k.commodity AND p.category = ${sql.bind(category)})`;
  const atPlace = ofState === undefined ? '' : `AND r.state = ${state}`;
  const now = roundedSql('100 * sum(price * weight) / sum(weight)');
  const past = roundedSql('100 * sum(price_before * weight) / sum(weight)');
  const text = `
    WITH RECURSIVE known AS (
      (SELECT commodity FROM series_days ORDER BY commodity LIMIT 1)
      UNION ALL
      SELECT (SELECT d.commodity FROM series_days d WHERE d.commodity > k.commodity ORDER BY d.commodity LIMIT 1)
      FROM known k WHERE k.commodity IS NOT NULL
    ), newest AS MATERIALIZED (
      SELECT k.commodity, d.day, max(d.day) OVER () AS newest
      FROM known k CROSS JOIN LATERAL (
        SELECT d.day FROM series_days d WHERE d.commodity = k.commodity AND ${ofDay} AND d.reports > 0
        ORDER BY d.day DESC LIMIT 1
      ) d
      WHERE k.commodity IS NOT NULL ${ofCategory}
    ), enough AS (
      SELECT n.commodity, n.newest, greatest(${FEWEST_MARKETS}, most.markets / ${SHARE_OF_MOST}.0) AS markets
      FROM newest n CROSS JOIN LATERAL (
        SELECT max(d.markets) AS markets FROM series_days d
        WHERE d.commodity = n.commodity AND ${ofDay} AND d.day BETWEEN n.newest - ${2 * SLACK + 1} AND n.newest
      ) most
      WHERE n.day >= n.newest - ${SLACK}
    ), pairs AS MATERIALIZED (
      SELECT e.commodity, now.day, before.day AS before
      FROM enough e CROSS JOIN LATERAL (
        SELECT d.day FROM series_days d WHERE d.commodity = e.commodity AND ${ofDay} AND d.markets >= e.markets
          AND d.day BETWEEN e.newest - ${SLACK} AND e.newest
        ORDER BY d.day DESC LIMIT 1
      ) now CROSS JOIN LATERAL (
        SELECT d.day FROM series_days d WHERE d.commodity = e.commodity AND ${ofDay} AND d.markets >= e.markets
          AND d.day BETWEEN now.day - ${window}::int - ${SLACK} AND now.day - ${window}::int
        ORDER BY d.day DESC LIMIT 1
      ) before
    ), told AS (
      SELECT pairs.commodity, pairs.day, pairs.before, r.vendor_id, r.price, b.price AS price_before,
             nullif(coalesce(r.kg, 0), 0) + nullif(coalesce(b.kg, 0), 0) AS kg
      FROM pairs
      JOIN series_reports r ON r.commodity = pairs.commodity AND r.day = pairs.day AND NOT r.suspicious ${atPlace}
      JOIN series_reports b ON b.product_id = r.product_id AND b.day = pairs.before AND NOT b.suspicious
      WHERE r.currency = 'INR' AND b.currency = 'INR' AND r.per = 'kg' AND b.per = 'kg'
    ), weighed AS (
      SELECT *, CASE WHEN bool_and(kg IS NOT NULL) OVER (PARTITION BY commodity) THEN kg ELSE 1 END AS weight,
             bool_and(kg IS NOT NULL) OVER (PARTITION BY commodity) AS weighted
      FROM told
    ), means AS (
      SELECT commodity, day, before, weighted, count(DISTINCT vendor_id)::int AS markets, ${now} AS now, ${past} AS past
      FROM weighed GROUP BY commodity, day, before, weighted
    ), changes AS (
      SELECT *, round(100 * (now - past) / past, 2) AS percent FROM means
      WHERE markets >= ${FEWEST_MARKETS} AND past > 0 AND now <> past
    ), movers AS (
      SELECT json_build_object('commodity', commodity, 'day', day, 'before', before, 'price', now, 'priceBefore', past,
               'change', now - past, 'changePercent', percent, 'markets', markets, 'weighted', weighted) AS mover,
             row_number() OVER (ORDER BY abs(percent) DESC, commodity) AS rank
      FROM changes ORDER BY rank LIMIT ${sql.bind(limit)}
    )
    SELECT coalesce((SELECT json_agg(mover ORDER BY rank) FROM movers), '[]') AS movers, ${SERIES_POSITION} AS position`;
  return { statement: named('series-movers', text), values: sql.values };
}
