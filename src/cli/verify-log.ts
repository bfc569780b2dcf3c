import type pg from 'pg';

/** What a look at the whole log and the products table found; every list must be empty and every count 0. */
export interface VerifyReport {
  events: number;
  products: number;
  /** Committed events that wait for the relay: no fault while it runs. */
  pending: number;
  /** Positions that are missing between 1 and the highest. */
  holes: number;
  /** Changes whose version doesn't follow on the product's one before, in position order. */
  versionBreaks: Difference[];
  /** Products whose row isn't what their last event says. */
  differences: Difference[];
}

export interface Difference {
  productId: string;
  what: string;
}

/** Rows of a kind that are listed; there may be more. */
const LISTED = 20;

const COUNTS = `
  SELECT count(position)::int AS events, count(*) FILTER (WHERE position IS NULL)::int AS pending,
         (coalesce(max(position), 0) - count(position))::int AS holes,
         (SELECT count(*)::int FROM products) AS products
  FROM inventory_events`;

/** Events of one change share a version; otherwise each one is the next of its product, from 1 on. */
const VERSION_BREAKS = `
  SELECT product_id AS "productId", format('version %s after %s at position %s', version, before, position) AS what
  FROM (SELECT product_id, version, position,
               lag(version, 1, 0) OVER (PARTITION BY product_id ORDER BY position) AS before
        FROM inventory_events WHERE position IS NOT NULL) step
  WHERE version NOT IN (before, before + 1) OR (before = 0 AND version <> 1)
  ORDER BY position LIMIT ${LISTED}`;

/**
 * The fold of the log against the table. Pending events count as well: they are committed, only not numbered yet.
 * Compared by column, as values: the text of a number or a time may differ where the value doesn't.
 */
const DIFFERENCES = `
  WITH last AS (
    SELECT DISTINCT ON (product_id) product_id, event_type, product
    FROM inventory_events ORDER BY product_id, seq DESC
  ), expected AS (
    SELECT product_id, product::jsonb AS product FROM last WHERE event_type <> 'product_deleted'
  )
  SELECT coalesce(p.id, e.product_id) AS "productId",
         CASE WHEN p.id IS NULL THEN 'in the log but not in the table'
              WHEN e.product_id IS NULL THEN 'in the table but not in the log'
              ELSE 'the table is not at the state of the last event' END AS what
  FROM products p FULL JOIN expected e ON e.product_id = p.id
  WHERE p.id IS NULL OR e.product_id IS NULL
     OR (p.vendor_id, p.sku, p.name, p.names, p.category, p.unit, p.base_price, p.currency, p.availability, p.version)
        IS DISTINCT FROM
        (e.product->>'vendorId', e.product->>'sku', e.product->>'name', e.product->'names', e.product->>'category',
         e.product->>'unit', (e.product->>'basePrice')::numeric, e.product->>'currency', e.product->>'availability',
         (e.product->>'version')::int)
     OR p.description IS DISTINCT FROM e.product->>'description'
     OR (p.created_at, p.updated_at) IS DISTINCT FROM
        ((e.product->>'createdAt')::timestamptz, (e.product->>'updatedAt')::timestamptz)
  LIMIT ${LISTED}`;

/** Reads everything in one snapshot; changes nothing. */
export async function verifyLog(client: pg.Client): Promise<VerifyReport> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const { rows } = await client.query<Omit<VerifyReport, 'versionBreaks' | 'differences'>>(COUNTS);
    const versionBreaks = (await client.query<Difference>(VERSION_BREAKS)).rows;
    const differences = (await client.query<Difference>(DIFFERENCES)).rows;
    return { ...rows[0]!, versionBreaks, differences };
  } finally {
    await client.query('ROLLBACK');
  }
}

export function isClean({ holes, versionBreaks, differences }: VerifyReport): boolean {
  return holes === 0 && versionBreaks.length === 0 && differences.length === 0;
}
