import type { Statement } from '../../database/index.js';
import { SERIES_POSITION } from '../projection/series-position.sql.js';
import { HOURS_KEPT } from '../stock/stock-tables.sql.js';

/** Rows of an answer at most. */
const MOST = 1_000;
const share = (availability: string): string =>
  `round((count(*) FILTER (WHERE s.availability = '${availability}'))::numeric / count(*), 3)`;

/** All categories and states. The hour that has just begun counts as the part of it that has passed. */
export const READ_STOCK: Statement = {
  name: 'read-stock-insights',
  text: `
    WITH stock AS (
      SELECT s.category, v.state, count(*)::int AS products, ${share('available')} AS available,
             ${share('limited')} AS limited, ${share('out_of_stock')} AS out_of_stock,
             round((avg(extract(epoch FROM clock_timestamp() - s.since))
                    FILTER (WHERE s.availability = 'out_of_stock') / 3600)::numeric, 1) AS hours
      FROM series_stock s LEFT JOIN series_vendors v ON v.vendor_id = s.vendor_id
      GROUP BY s.category, v.state ORDER BY products DESC, s.category, v.state LIMIT ${MOST}
    ), changes AS (
      SELECT c.category, v.state, sum(c.changes) AS changes
      FROM series_changes c LEFT JOIN series_vendors v ON v.vendor_id = c.vendor_id
      WHERE c.hour > date_trunc('hour', now()) - interval '${HOURS_KEPT} hours'
      GROUP BY c.category, v.state
    ), insights AS (
      SELECT products, s.category, s.state, json_build_object(
               'category', s.category, 'state', s.state, 'products', products, 'available', available,
               'limited', limited, 'outOfStock', out_of_stock, 'outOfStockHours', s.hours,
               'changesPerHour', round(coalesce(c.changes, 0) / passed.hours, 2)) AS insight
      FROM stock s LEFT JOIN changes c ON c.category = s.category AND c.state IS NOT DISTINCT FROM s.state
      CROSS JOIN (
        SELECT ${HOURS_KEPT - 1} + (extract(epoch FROM now() - date_trunc('hour', now())) / 3600)::numeric AS hours
      ) passed
    )
    SELECT coalesce((SELECT json_agg(insight ORDER BY products DESC, category, state) FROM insights), '[]') AS insights,
           ${SERIES_POSITION} AS position`,
};

/** `$1` vendor, `$2` today: its products in numbers. */
export const READ_VENDOR_PRODUCTS: Statement = {
  name: 'read-vendor-insights',
  text: `
    SELECT count(*)::int AS products, (count(*) FILTER (WHERE availability = 'out_of_stock'))::int AS "outOfStock",
           (count(*) FILTER (WHERE priced_on >= $2::date))::int AS today,
           (count(*) FILTER (WHERE priced_on < $2::date AND priced_on > $2::date - 7))::int AS "thisWeek",
           (count(*) FILTER (WHERE priced_on <= $2::date - 7))::int AS older
    FROM products WHERE vendor_id = $1`,
};

/** `$1` vendor, `$2` how many: its prices beside the newest median of its state. */
export const COMPARE_VENDOR_PRICES: Statement = {
  name: 'compare-vendor-prices',
  text: `
    WITH compared AS (
      SELECT p.id AS "productId", p.name, p.commodity, p.base_price::float8 AS price, p.unit, p.currency,
             round(m.median * p.base_price / p.comparable_price, 2)::float8 AS "marketMedian", m.day::text AS day,
             round(100 * (p.comparable_price - m.median) / m.median, 2)::float8 AS "differencePercent"
      FROM products p JOIN vendors v ON v.id = p.vendor_id
      CROSS JOIN LATERAL (
        SELECT d.day, d.median FROM series_days d
        WHERE d.commodity = p.commodity AND d.state = v.state AND d.per = p.dimension AND d.currency = p.currency
          AND d.reports > 0
        ORDER BY d.day DESC LIMIT 1
      ) m
      WHERE p.vendor_id = $1 AND p.comparable_price > 0 AND m.median > 0
    )
    SELECT coalesce(json_agg(compared ORDER BY abs("differencePercent") DESC, "productId"), '[]') AS prices,
           ${SERIES_POSITION} AS position
    FROM (SELECT * FROM compared ORDER BY abs("differencePercent") DESC, "productId" LIMIT $2) compared`,
};
