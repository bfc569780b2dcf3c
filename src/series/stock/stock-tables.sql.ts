import type { Recomputation } from '../../consumers/index.js';
import type { Statement } from '../../database/index.js';

/** Hours of which changes are counted. */
export const HOURS_KEPT = 24;

export const STOCK_TABLES = ['series_stock', 'series_changes'] as const;

/**
 * `series_stock`: the products that there are, and since when they are as available as they are. `series_changes`: how
 * much vendors have changed in each of the last hours.
 */
export const CREATE_STOCK_TABLES = [
  `CREATE TABLE {series_stock} (
     product_id text COLLATE "C" PRIMARY KEY,
     vendor_id text COLLATE "C" NOT NULL,
     category text COLLATE "C" NOT NULL,
     availability text COLLATE "C" NOT NULL,
     since timestamptz(3) NOT NULL
   )`,
  `CREATE TABLE {series_changes} (
     vendor_id text COLLATE "C" NOT NULL,
     category text COLLATE "C" NOT NULL,
     hour timestamptz NOT NULL,
     changes integer NOT NULL,
     PRIMARY KEY (vendor_id, category, hour)
   )`,
  'CREATE INDEX ON {series_changes} (hour)',
];

/** `$1` products as they are after some events, as JSON; `SET_SINCE` says the rest of those that are there already. */
export const UPSERT_STOCK: Statement = {
  name: 'upsert-series-stock',
  text: `
    INSERT INTO {series_stock} AS s (product_id, vendor_id, category, availability, since)
    SELECT n.id, n."vendorId", n.category, n.availability, coalesce(n.since, n.seen)
    FROM jsonb_to_recordset($1::jsonb) AS n (
      id text, "vendorId" text, category text, availability text, since timestamptz, seen timestamptz)
    ON CONFLICT (product_id) DO UPDATE
    SET vendor_id = excluded.vendor_id, category = excluded.category, availability = excluded.availability`,
};

/** `$1` products, `$2` times: when their availability was set. */
export const SET_SINCE: Statement = {
  name: 'set-series-stock-since',
  text: `UPDATE {series_stock} s SET since = n.since FROM unnest($1::text[], $2::timestamptz[]) AS n (id, since)
         WHERE s.product_id = n.id AND s.since <> n.since`,
};

/** `$1` ids. */
export const DELETE_STOCK: Statement = {
  name: 'delete-series-stock',
  text: 'DELETE FROM {series_stock} WHERE product_id = ANY ($1::text[])',
};

/** `$1` vendors, `$2` categories, `$3` hours, `$4` changes, side by side. */
export const ADD_CHANGES: Statement = {
  name: 'add-series-changes',
  text: `
    INSERT INTO {series_changes} AS c (vendor_id, category, hour, changes)
    SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[])
    ON CONFLICT (vendor_id, category, hour) DO UPDATE SET changes = c.changes + excluded.changes`,
};

/** `$1` an hour that is there. */
export const FORGET_CHANGES: Statement = {
  name: 'forget-series-changes',
  text: `DELETE FROM {series_changes} WHERE hour <= $1::timestamptz - interval '${HOURS_KEPT} hours'`,
};

const OF_STOCK = `event_type IN ('product_created', 'product_updated', 'availability_changed', 'product_deleted')`;
const NEWEST = `(SELECT max(date_trunc('hour', occurred_at)) FROM projected_log WHERE event_type <> 'price_recorded'
                 AND product IS NOT NULL) - interval '${HOURS_KEPT} hours'`;

export const STOCK_RECOMPUTATIONS: Readonly<Record<string, Recomputation>> = {
  series_stock: {
    columns: 'product_id, vendor_id, category, availability, since',
    rows: `
      SELECT last.product_id, last.product->>'vendorId', last.product->>'category', last.product->>'availability',
             coalesce(was.since, was.seen)
      FROM (
        SELECT max(position) AS position, min(occurred_at) AS seen, (array_agg(occurred_at ORDER BY position DESC) FILTER (
                 WHERE event_type IN ('product_created', 'availability_changed')))[1] AS since
        FROM projected_log WHERE ${OF_STOCK} GROUP BY product_id
      ) was
      JOIN projected_log last USING (position)
      WHERE last.event_type <> 'product_deleted'`,
  },
  series_changes: {
    columns: 'vendor_id, category, hour, changes',
    where: `hour > (SELECT max(hour) FROM {series_changes}) - interval '${HOURS_KEPT} hours'`,
    rows: `
      SELECT vendor_id, category, date_trunc('hour', occurred_at), count(*)::int FROM projected_log
      WHERE event_type <> 'price_recorded' AND product IS NOT NULL AND date_trunc('hour', occurred_at) > ${NEWEST}
      GROUP BY 1, 2, 3`,
  },
};
