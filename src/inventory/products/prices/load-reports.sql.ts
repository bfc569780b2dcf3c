import type { Statement } from '../../../database/index.js';

/** The columns of `market_prices` that are what a report says. */
export const REPORT_COLUMNS = [
  'day',
  'revision',
  'min',
  'max',
  'modal',
  'unit',
  'currency',
  'arrivals_quantity',
  'arrivals_unit',
  'arrivals_kg',
  'source',
  'flags',
] as const;

/** A report of `market_prices r` as `json`, with the members of a `PriceObservation`. */
export const REPORT_JSON = `json_build_object(
    'day', r.day, 'min', r.min, 'max', r.max, 'modal', r.modal, 'unit', r.unit, 'currency', r.currency,
    'arrivals', CASE WHEN r.arrivals_quantity IS NOT NULL THEN json_build_object(
      'quantity', trim_scale(r.arrivals_quantity), 'unit', r.arrivals_unit, 'kg', trim_scale(r.arrivals_kg)) END,
    'revision', r.revision, 'source', r.source, 'flags', r.flags)`;

/**
 * Of each product and day the last report of that day, and the one of the last day before. `$1`, `$2`, `$3`: vendor
 * ids, skus and days, side by side. A report that is there twice is returned twice.
 */
export const LOAD_REPORTS: Statement = {
  name: 'load-reports',
  text: `
    SELECT p.id AS "productId", ${REPORT_JSON} AS report
    FROM unnest($1::text[], $2::text[], $3::date[]) AS k (vendor_id, sku, day)
    JOIN products p ON p.vendor_id = k.vendor_id AND p.sku = k.sku
    CROSS JOIN LATERAL (
      (SELECT * FROM market_prices m WHERE m.product_id = p.id AND m.day = k.day ORDER BY m.revision DESC LIMIT 1)
      UNION ALL
      (SELECT * FROM market_prices m WHERE m.product_id = p.id AND m.day < k.day
       ORDER BY m.day DESC, m.revision DESC LIMIT 1)
    ) r`,
};
