import type { Recomputation } from '../../consumers/index.js';
import { comparableSql, DAY_FIGURES, OWN_FIGURES, ownPriceSql, suspiciousSql } from './report-figures.sql.js';

/** The tables as the log amounts to them, from `projected_log`, each in one statement. */

/**
 * What the last event with a state says of each product. Found by position first: to parse the states of all events, of
 * which products have many, took longer than all the rest.
 */
const PRODUCTS = `
    SELECT product_id, product->>'vendorId' AS vendor_id, product->>'category' AS category,
           product->>'commodity' AS commodity, product->>'variety' AS variety,
           (product->>'unitWeightKg')::numeric AS unit_weight_kg
    FROM projected_log WHERE position IN (
      SELECT max(position) FROM projected_log WHERE product IS NOT NULL GROUP BY product_id)`;

/** The same of vendors; those that the log has nothing of have not changed since before vendors had events. */
const VENDORS = `
    SELECT vendor_id, vendor->>'state' AS state, vendor->>'district' AS district, vendor->>'market' AS market
    FROM projected_log WHERE position IN (
      SELECT max(position) FROM projected_log WHERE vendor IS NOT NULL GROUP BY vendor_id)
    UNION ALL
    SELECT v.id, v.state, v.district, v.market FROM vendors v
    WHERE v.id IN (SELECT vendor_id FROM products)
      AND NOT EXISTS (SELECT FROM projected_log e WHERE e.vendor_id = v.id AND e.vendor IS NOT NULL)`;

const before = (column: string): string => `lag(t.${column}) OVER (PARTITION BY t.product_id ORDER BY t.day)`;

const REPORTS = `
    SELECT t.product_id, t.day, t.revision, t.min, t.max, t.modal, t.unit, t.currency, t.kg,
           ${suspiciousSql('t', before)} AS suspicious, p.vendor_id, v.state, p.commodity, p.unit_weight_kg
    FROM (
      SELECT DISTINCT ON (product_id, day) product_id, day, o.* FROM (
        SELECT product_id, position, (observation->>'day')::date AS day, observation FROM projected_log
        WHERE observation IS NOT NULL
      ) e CROSS JOIN LATERAL (
        SELECT revision, min, max, modal, unit, currency, (arrivals->>'kg')::numeric AS kg
        FROM json_to_record(observation) AS f (
          revision int, min numeric, max numeric, modal numeric, unit text, currency text, arrivals json)
      ) o
      ORDER BY product_id, day, revision DESC, position DESC
    ) t LEFT JOIN products p USING (product_id) LEFT JOIN places v ON v.vendor_id = p.vendor_id`;

const LOG = `products AS (${PRODUCTS}), places AS (${VENDORS}), reports AS (${REPORTS})`;

const DAYS = `
    SELECT commodity, series AS state, day, per, currency, ${DAY_FIGURES}
    FROM (
      SELECT r.commodity, r.day, r.currency, r.vendor_id, r.kg, r.suspicious, r.state, ${comparableSql('r')}
      FROM reports r WHERE r.commodity IS NOT NULL
    ) r CROSS JOIN LATERAL (SELECT '' UNION ALL SELECT r.state WHERE r.state <> '') AS of (series)
    GROUP BY 1, 2, 3, 4, 5`;

/** As `withMarketFacts` has it for events of versions before. */
const PRICED_ON = `coalesce(f."pricedOn", (f."updatedAt" AT TIME ZONE 'Asia/Kolkata')::date)`;
const OF_UNIT = `('unit', 'unitWeightKg', 'currency')`;

/** Each state is parsed once: a member that is used several times by `->>` is looked for as often. */
const OWN_DAYS = `
    SELECT product_id, day, per, currency, ${OWN_FIGURES}
    FROM (
      SELECT n.product_id, n.day, n.currency, n.position, ${ownPriceSql('n')}
      FROM (
        SELECT product_id, position, ${PRICED_ON} AS day, f."basePrice" AS price, f.unit, f.currency,
               f."unitWeightKg" AS unit_weight_kg
        FROM projected_log CROSS JOIN LATERAL json_to_record(product) AS f (
          "pricedOn" date, "updatedAt" timestamptz, "basePrice" numeric, unit text, currency text,
          "unitWeightKg" numeric)
        WHERE product IS NOT NULL AND observation IS NULL AND (
          event_type IN ('product_created', 'price_changed')
          OR (event_type = 'product_updated' AND EXISTS (
                SELECT FROM json_array_elements(changes) change WHERE change->>'field' IN ${OF_UNIT})))
      ) n
    ) prices
    GROUP BY product_id, day, per, currency`;

const withLog = (relation: string, columns: string): string => `WITH ${LOG} SELECT ${columns} FROM ${relation}`;
const PRODUCT_COLUMNS = 'product_id, vendor_id, category, commodity, variety, unit_weight_kg';
const VENDOR_COLUMNS = 'vendor_id, state, district, market';
const REPORT_COLUMNS =
  'product_id, day, revision, min, max, modal, unit, currency, kg, suspicious, vendor_id, state, commodity, unit_weight_kg';
const DAY_COLUMNS =
  'commodity, state, day, per, currency, low, high, total, median, weighed_total, weighed_kg, kg, reports, markets, suspicious';
const OWN_COLUMNS = 'product_id, day, per, currency, first, last, low, high';

export const RECOMPUTATIONS: Readonly<Record<string, Recomputation>> = {
  series_products: { columns: PRODUCT_COLUMNS, rows: withLog('products', PRODUCT_COLUMNS) },
  series_vendors: { columns: VENDOR_COLUMNS, rows: withLog('places', VENDOR_COLUMNS) },
  series_reports: { columns: REPORT_COLUMNS, rows: withLog('reports', REPORT_COLUMNS) },
  series_days: {
    columns: DAY_COLUMNS,
    where: 'reports + suspicious > 0',
    rows: `WITH ${LOG} ${DAYS}`,
  },
  series_own_days: { columns: OWN_COLUMNS, rows: OWN_DAYS },
};
