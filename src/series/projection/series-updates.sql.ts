import type { Statement } from '../../database/index.js';
import { DAY_FIGURES, OWN_FIGURES, ownPriceSql, suspiciousSql } from './report-figures.sql.js';

const PRODUCTS = `jsonb_to_recordset($1::jsonb) AS n (
      id text, "vendorId" text, category text, commodity text, variety text, "unitWeightKg" numeric(12, 6))`;
const VENDORS = `jsonb_to_recordset($2::jsonb) AS n (id text, state text)`;

const HOW_MANY = (product: string): string =>
  `(SELECT count(*) FROM {series_reports} r WHERE r.product_id = ${product})::int AS reports`;

/**
 * `$1` products, `$2` vendors, as JSON: the ids of products whose reports move to other series, and how many they have.
 * One that is new has none, unless a report has come before it. `everywhere`: not only to those of another state.
 */
export const READ_MOVED: Statement = {
  name: 'read-moved-series-products',
  text: `
    SELECT n.id, true AS everywhere, ${HOW_MANY('n.id')} FROM ${PRODUCTS} LEFT JOIN {series_products} p ON p.product_id = n.id
    WHERE (p.vendor_id, p.commodity, p.unit_weight_kg) IS DISTINCT FROM (n."vendorId", n.commodity, n."unitWeightKg")
      AND (p.product_id IS NOT NULL OR EXISTS (SELECT FROM {series_reports} r WHERE r.product_id = n.id))
    UNION ALL
    SELECT p.product_id, false, ${HOW_MANY('p.product_id')} FROM ${VENDORS}
    LEFT JOIN {series_vendors} v ON v.vendor_id = n.id
    JOIN {series_products} p ON p.vendor_id = n.id
    WHERE v.state IS DISTINCT FROM n.state`,
};

/** `$1` vendors, as JSON. */
export const UPSERT_VENDORS: Statement = {
  name: 'upsert-series-vendors',
  text: `
    INSERT INTO {series_vendors} AS v (vendor_id, state, district, market)
    SELECT id, state, district, market
    FROM jsonb_to_recordset($1::jsonb) AS n (id text, state text, district text, market text)
    ON CONFLICT (vendor_id) DO UPDATE
    SET state = excluded.state, district = excluded.district, market = excluded.market`,
};

/** `$1` products, as JSON. A vendor that was there before vendors had events is as it has been ever since. */
export const UPSERT_PRODUCTS: Statement = {
  name: 'upsert-series-products',
  text: `
    WITH products AS (SELECT * FROM ${PRODUCTS}), old AS (
      INSERT INTO {series_vendors} (vendor_id, state, district, market)
      SELECT v.id, v.state, v.district, v.market FROM vendors v
      WHERE v.id IN (SELECT "vendorId" FROM products) AND NOT EXISTS (
        SELECT FROM {series_vendors} known WHERE known.vendor_id = v.id)
    )
    INSERT INTO {series_products} AS p (product_id, vendor_id, category, commodity, variety, unit_weight_kg)
    SELECT id, "vendorId", category, commodity, variety, "unitWeightKg" FROM products
    ON CONFLICT (product_id) DO UPDATE
    SET vendor_id = excluded.vendor_id, category = excluded.category, commodity = excluded.commodity,
        variety = excluded.variety, unit_weight_kg = excluded.unit_weight_kg
    WHERE (p.vendor_id, p.category, p.commodity, p.variety, p.unit_weight_kg) IS DISTINCT FROM
          (excluded.vendor_id, excluded.category, excluded.commodity, excluded.variety, excluded.unit_weight_kg)`,
};

/** `$1` ids of products: where their reports were counted, and are now, with how many of them each had and has. */
export const MOVE_REPORTS: Statement = {
  name: 'move-series-reports',
  text: `
    WITH before AS MATERIALIZED (
      SELECT r.commodity, r.state, r.day FROM {series_reports} r WHERE r.product_id = ANY ($1::text[])
    ), moved AS (
      UPDATE {series_reports} r
      SET vendor_id = p.vendor_id, state = v.state, commodity = p.commodity, unit_weight_kg = p.unit_weight_kg
      FROM {series_products} p LEFT JOIN {series_vendors} v ON v.vendor_id = p.vendor_id
      WHERE r.product_id = ANY ($1::text[]) AND p.product_id = r.product_id
        AND (r.vendor_id, r.state, r.commodity, r.unit_weight_kg)
            IS DISTINCT FROM (p.vendor_id, v.state, p.commodity, p.unit_weight_kg)
      RETURNING r.commodity, r.state, r.day
    )
    SELECT commodity, state, day::text AS day, count(*)::int AS reports
    FROM (SELECT * FROM before UNION ALL SELECT * FROM moved) counted
    WHERE commodity IS NOT NULL GROUP BY commodity, state, day`,
};

/** `$1` reports, as JSON. Whether they are suspicious is said by what follows. */
export const UPSERT_REPORTS: Statement = {
  name: 'upsert-series-reports',
  text: `
    INSERT INTO {series_reports} AS r (product_id, day, revision, min, max, modal, unit, currency, kg, suspicious,
                                       vendor_id, state, commodity, unit_weight_kg)
    SELECT n."productId", n.day, n.revision, n.min, n.max, n.modal, n.unit, n.currency, n.kg, false,
           p.vendor_id, v.state, p.commodity, p.unit_weight_kg
    FROM jsonb_to_recordset($1::jsonb) AS n (
      "productId" text, day date, revision integer, min numeric, max numeric, modal numeric, unit text, currency text,
      kg numeric)
    LEFT JOIN {series_products} p ON p.product_id = n."productId"
    LEFT JOIN {series_vendors} v ON v.vendor_id = p.vendor_id
    ON CONFLICT (product_id, day) DO UPDATE
    SET revision = excluded.revision, min = excluded.min, max = excluded.max, modal = excluded.modal,
        unit = excluded.unit, currency = excluded.currency, kg = excluded.kg
    WHERE excluded.revision >= r.revision`,
};

const before = (column: string): string => `b.${column}`;

/**
 * `$1` products, `$2` days: whether their reports are suspicious, and the next ones, which are compared with them.
 * Returns those for which that has changed.
 */
export const MARK_SUSPICIOUS: Statement = {
  name: 'mark-suspicious-series-reports',
  text: `
    WITH touched AS (SELECT * FROM unnest($1::text[], $2::date[]) AS t (product_id, day)), affected AS (
      SELECT product_id, day FROM touched
      UNION
      SELECT t.product_id, next.day FROM touched t
      CROSS JOIN LATERAL (
        SELECT r.day FROM {series_reports} r WHERE r.product_id = t.product_id AND r.day > t.day ORDER BY r.day LIMIT 1
      ) next
    ), marks AS (
      SELECT t.product_id, t.day, ${suspiciousSql('t', before)} AS suspicious
      FROM affected JOIN {series_reports} t USING (product_id, day)
      LEFT JOIN LATERAL (
        SELECT r.day, r.currency, r.unit, r.modal FROM {series_reports} r
        WHERE r.product_id = t.product_id AND r.day < t.day ORDER BY r.day DESC LIMIT 1
      ) b ON true
    )
    UPDATE {series_reports} r SET suspicious = m.suspicious FROM marks m
    WHERE r.product_id = m.product_id AND r.day = m.day AND r.suspicious <> m.suspicious
    RETURNING r.product_id AS "productId", r.day::text AS day`,
};

/** `$1` products, `$2` days: where their reports are counted. */
export const READ_BUCKETS_OF_DAYS: Statement = {
  name: 'read-series-buckets-of-days',
  text: `
    SELECT DISTINCT r.commodity, r.state, r.day::text AS day
    FROM {series_reports} r JOIN unnest($1::text[], $2::date[]) AS t (product_id, day) USING (product_id, day)
    WHERE r.commodity IS NOT NULL`,
};

const PRICES = ['low', 'high', 'total', 'median', 'weighed_total', 'weighed_kg', 'kg'];
const FIGURES = [...PRICES, 'reports', 'markets', 'suspicious'];
const KEY = ['commodity', 'state', 'day', 'per', 'currency'];
const of = (relation: string, columns: readonly string[]): string =>
  columns.map((column) => `${relation}.${column}`).join(', ');
/** What of a report is counted; its state comes first. */
const COUNTED = [
  'state',
  'commodity',
  'day',
  'per',
  'currency',
  'vendor_id',
  'kg',
  'suspicious',
  'price',
  'low',
  'high',
];
const WANTED = 'wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::date[]) AS w (commodity, state, day))';

/**
 * `$1` commodities, `$2` states, `$3` days, `$4` position: counts the reports of these anew. A row that comes to the
 * same stays untouched, so that its position says when there was something new. Where a day of the whole country is
 * wanted, each of its reports is read once, for its state as well: to look for those of each bucket took twice as long.
 * Of a state alone only its own are read.
 */
export const COUNT_BUCKETS: Statement = {
  name: 'count-series-buckets',
  text: `
    WITH ${WANTED}, days AS (
      SELECT commodity, day FROM wanted WHERE state = ''
    ), of_country AS MATERIALIZED (
      SELECT ${COUNTED.join(', ')} FROM days JOIN {series_reports} r USING (commodity, day)
    ), counted AS (
      SELECT '' AS state, ${COUNTED.slice(1).join(', ')} FROM of_country
      UNION ALL
      SELECT ${COUNTED.join(', ')} FROM of_country JOIN wanted USING (commodity, day, state) WHERE state <> ''
      UNION ALL
      SELECT ${COUNTED.join(', ')}
      FROM (SELECT * FROM wanted w WHERE NOT EXISTS (
              SELECT FROM days d WHERE d.commodity = w.commodity AND d.day = w.day)) alone
      JOIN {series_reports} r USING (commodity, day, state)
    ), made AS (
      SELECT ${KEY.join(', ')}, ${DAY_FIGURES} FROM counted GROUP BY ${KEY.join(', ')}
    )
    INSERT INTO {series_days} AS d (${[...KEY, ...FIGURES, 'position'].join(', ')})
    SELECT ${[...KEY, ...FIGURES].join(', ')}, $4::bigint FROM made
    ON CONFLICT (${KEY.join(', ')}) DO UPDATE
    SET ${[...FIGURES, 'position'].map((column) => `${column} = excluded.${column}`).join(', ')}
    WHERE (${of('d', FIGURES)}) IS DISTINCT FROM (${of('excluded', FIGURES)})`,
};

/** The same of those that have no reports any more: only where a report has left its bucket. */
export const EMPTY_BUCKETS: Statement = {
  name: 'empty-series-buckets',
  text: `
    WITH ${WANTED}
    UPDATE {series_days} d
    SET ${PRICES.map((column) => `${column} = NULL`).join(', ')}, reports = 0, markets = 0, suspicious = 0, position = $4
    FROM wanted w
    WHERE (${of('d', KEY.slice(0, 3))}) = (${of('w', KEY.slice(0, 3))}) AND d.reports + d.suspicious > 0
      AND NOT EXISTS (
        SELECT FROM {series_reports} r
        WHERE r.commodity = d.commodity AND r.day = d.day AND (d.state = '' OR r.state = d.state)
          AND r.currency = d.currency AND r.per = d.per)`,
};

/** `$1` prices that vendors have set, as JSON; later ones than are known of the day. */
export const UPSERT_OWN_DAYS: Statement = {
  name: 'upsert-series-own-days',
  text: `
    INSERT INTO {series_own_days} AS d (product_id, day, per, currency, first, last, low, high)
    SELECT product_id, day, per, currency, ${OWN_FIGURES}
    FROM (
      SELECT n."productId" AS product_id, n.day, n.currency, n.position, ${ownPriceSql('n')}
      FROM jsonb_to_recordset($1::jsonb) AS n (
        "productId" text, day date, position bigint, price numeric, unit text, unit_weight_kg numeric(12, 6),
        currency text)
    ) prices
    GROUP BY product_id, day, per, currency
    ON CONFLICT (product_id, day, per, currency) DO UPDATE
    SET last = excluded.last, low = least(d.low, excluded.low), high = greatest(d.high, excluded.high)`,
};
