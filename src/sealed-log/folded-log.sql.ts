/**
 * CTEs of which the last, `expected`, has each product that the log amounts to: `id`, and `product` as `jsonb`. Pending
 * events count as well: they are committed, only not numbered yet.
 *
 * The last state is the one that the last event brings, and what reports have changed of it since. (`DISTINCT ON` sorts
 * all events with the JSON that they have: minutes for a million.)
 */
export const FOLDED_PRODUCTS = `
  last AS (
    SELECT e.product_id, e.seq, e.event_type, e.product
    FROM (SELECT max(seq) AS seq FROM inventory_events WHERE product IS NOT NULL GROUP BY product_id) newest
    JOIN inventory_events e USING (seq)
  ), reported AS (
    SELECT e.product_id, max(e.version) AS version, max(e.occurred_at) AS at,
           jsonb_object_agg(change->>'field', change->'newValue' ORDER BY e.seq) AS fields
    FROM inventory_events e JOIN last l ON l.product_id = e.product_id AND l.seq < e.seq,
         json_array_elements(e.changes) AS change
    WHERE e.event_type = 'price_recorded' GROUP BY e.product_id
  ), expected AS (
    SELECT l.product_id AS id, l.product::jsonb ||
             coalesce(r.fields || jsonb_build_object('version', r.version, 'updatedAt', r.at), '{}') AS product
    FROM last l LEFT JOIN reported r USING (product_id) WHERE l.event_type <> 'product_deleted'
  )`;

/** The same of vendors: `id`, and `vendor` as `json`. */
export const FOLDED_VENDORS = `
  expected AS (
    SELECT e.vendor_id AS id, e.vendor
    FROM (SELECT max(seq) AS seq FROM inventory_events WHERE product_id IS NULL GROUP BY vendor_id) newest
    JOIN inventory_events e USING (seq)
  )`;
