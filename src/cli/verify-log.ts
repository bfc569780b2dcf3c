import type pg from 'pg';
import { type ProjectionReport, verifyProjections } from './verify-projections.js';
import { MARKET_FACTS, PRODUCT_FIELDS, STORED_PRODUCT, type StoredAs } from '../contracts/index.js';
import { type FoldingBase, useFoldingBase } from '../log-archive/index.js';
import { FOLDED_PRODUCTS, FOLDED_VENDORS } from '../sealed-log/index.js';

/** What a look at the whole log and both tables found; every list must be empty, and `holes` 0. */
export interface VerifyReport {
  events: number;
  products: number;
  vendors: number;
  /** Committed events that wait for the relay: no fault while it runs. */
  pending: number;
  /** Positions that are missing between 1 and the highest. */
  holes: number;
  /** Changes whose version doesn't follow on the one before of the product or vendor, in position order. */
  versionBreaks: Difference[];
  /** Products and vendors whose row isn't what the log amounts to. */
  differences: Difference[];
  /** Vendors whose kept counts aren't those of their products. */
  miscounts: Miscount[];
  /** Tables that are made of the log, each compared with what it amounts to now. */
  projections: ProjectionReport[];
  /** From where the log was folded. */
  base: FoldingBase;
}

export interface Miscount {
  vendorId: string;
  what: string;
}

export interface Difference {
  /** Of the product or vendor. */
  id: string;
  what: string;
}

type Counts = Pick<VerifyReport, 'events' | 'products' | 'vendors' | 'pending' | 'holes'>;

/**
 * PostgreSQL's memory for each sort and hash, of which there are several at once: with the default of 4 MB those of a
 * log of 1,000,000 events are written to disk in many small parts.
 */
const WORK_MEM = `SET LOCAL work_mem = '64MB'; SET LOCAL hash_mem_multiplier = 1`;
/** Rows of a kind that are listed; there may be more. */
const LISTED = 20;

const counts = ({ position, droppedUpTo }: FoldingBase): string => `
  SELECT (count(*) FILTER (WHERE position > ${position}) + ${position - droppedUpTo})::int AS events,
         count(*) FILTER (WHERE position IS NULL)::int AS pending,
         (greatest(max(position), ${position}) - ${position}
          - count(*) FILTER (WHERE position > ${position}))::int AS holes,
         (SELECT count(*)::int FROM products) AS products, (SELECT count(*)::int FROM vendors) AS vendors
  FROM inventory_events`;

/**
 * Events of one change share a version; otherwise each one is the next of its product, from 1 on. A report of an older
 * day leaves the version as it is. The history of a vendor that was there before vendors had events begins anywhere,
 * and so does one from a snapshot.
 */
const VERSION_BREAKS = `
  SELECT id, format('version %s after %s at position %s', version, before, position) AS what
  FROM (SELECT coalesce(product_id, vendor_id) AS id, event_type, version, position,
               lag(version, 1, 0) OVER (PARTITION BY product_id IS NULL, coalesce(product_id, vendor_id)
                                        ORDER BY position) AS before
        FROM inventory_events WHERE position IS NOT NULL) step
  WHERE CASE WHEN before = 0 THEN version <> 1 AND event_type NOT IN ('vendor_updated', 'snapshot')
             ELSE version NOT IN (before, before + 1) END
  ORDER BY position LIMIT ${LISTED}`;

/** SQL of what is wrong with a row `t` of a table, `e` being what the log amounts to, or of neither. */
const fault = (differs: string): string => `
    CASE WHEN t.id IS NULL THEN 'in the log but not in the table'
         WHEN e.id IS NULL THEN 'in the table but not in the log'
         WHEN ${differs} THEN 'the table is not at the state of the last event' END`;

/** Of `products t` and `expected e`: whether the field is another than that of the event, by value. */
const DIFFERS: Record<StoredAs, (column: string, field: string) => string> = {
  text: (column, field) => `${column} IS DISTINCT FROM e.product->>'${field}'`,
  json: asJson,
  number: asJson,
  day: asJson,
  time: (column, field) => `${column} IS DISTINCT FROM (e.product->>'${field}')::timestamptz`,
  // The process has binary fractions, which are exact up to 15 digits.
  'comparable price': (column, field) => `(t.dimension, ${column}::float8) IS DISTINCT FROM
    (e.product->'${field}'->>'per', (e.product->'${field}'->>'amount')::float8)`,
};

function asJson(column: string, field: string): string {
  return `coalesce(to_jsonb(${column}), 'null') IS DISTINCT FROM e.product->'${field}'`;
}

/**
 * Events from before market facts say nothing of them, and may have variety and grade in the description, from which a
 * migration has taken them.
 */
const FIELDS_DIFFER = PRODUCT_FIELDS.map((field) => {
  const { column, as } = STORED_PRODUCT[field];
  const differs = DIFFERS[as](`t.${column}`, field);
  if ((MARKET_FACTS as readonly string[]).includes(field)) return `(e.product ? '${field}' AND ${differs})`;
  if (field !== 'description') return differs;
  return `(${differs} AND (e.product ? 'variety' OR t.description IS NOT NULL OR e.product->>'description' <>
    concat_ws('. ', 'Variety: ' || t.variety, 'Grade: ' || t.grade)))`;
});

/**
 * The fold of the log against the products. Compared by field, as values: the text of a number or a time may differ
 * where the value doesn't.
 */
const PRODUCT_DIFFERENCES = `
  WITH ${FOLDED_PRODUCTS}, compared AS (
    SELECT coalesce(t.id, e.id) AS id, ${fault(FIELDS_DIFFER.join('\n     OR '))} AS what
    FROM products t FULL JOIN expected e ON e.id = t.id
  )
  SELECT * FROM compared WHERE what IS NOT NULL LIMIT ${LISTED}`;

/**
 * The same of the vendors; one that was there before vendors had events, and hasn't changed since, is none that the log
 * should know.
 */
const VENDOR_DIFFERENCES = `
  WITH ${FOLDED_VENDORS}, compared AS (
    SELECT coalesce(t.id, e.id) AS id, ${fault(`
           (t.name, t.names, t.version, t.created_at, t.updated_at) IS DISTINCT FROM
           (e.vendor->>'name', (e.vendor->'names')::jsonb, (e.vendor->>'version')::int,
            (e.vendor->>'createdAt')::timestamptz, (e.vendor->>'updatedAt')::timestamptz)
           OR (t.market, t.district, t.state) IS DISTINCT FROM
              (e.vendor->>'market', e.vendor->>'district', e.vendor->>'state')
           OR to_jsonb(t.languages) IS DISTINCT FROM (e.vendor->'languages')::jsonb`)} AS what
    FROM vendors t FULL JOIN expected e ON e.id = t.id
    WHERE e.id IS NOT NULL OR t.logged_version IS NOT NULL
  )
  SELECT * FROM compared WHERE what IS NOT NULL LIMIT ${LISTED}`;

export const MISCOUNTS = `
  SELECT vendor_id AS "vendorId", format('%s more of %s in %s are counted than there are', sum(products), availability, category) AS what
  FROM (
    SELECT vendor_id, category, availability, -count(*) AS products FROM products GROUP BY 1, 2, 3
    UNION ALL
    SELECT vendor_id, category, availability, products
    FROM (SELECT * FROM vendor_stock UNION ALL SELECT * FROM vendor_stock_changes) counts
    CROSS JOIN LATERAL (VALUES ('available', available), ('limited', limited), ('out_of_stock', out_of_stock))
      AS each (availability, products)
  ) both_of_them
  GROUP BY vendor_id, category, availability HAVING sum(products) <> 0
  ORDER BY 1, 2 LIMIT ${LISTED}`;

/**
 * Reads everything in one snapshot; changes nothing. If there is a connection for it, and all events are in the table,
 * projections are compared on that one: PostgreSQL does both at once. It has the same snapshot, for events that move to
 * segments meanwhile would be missing from another one.
 *
 * @param full fold all events that the database has, and not from the states that those which have moved amount to
 * @throws BrokenSegmentError if that can't be
 */
export function verifyLog(client: pg.Client, full = false, beside?: pg.Client): Promise<VerifyReport> {
  return inSnapshot(client, async () => {
    const base = await useFoldingBase(client, full);
    const isBeside = beside !== undefined && base.isInTable;
    const shared = isBeside ? await exportedSnapshot(client) : '';
    const [report, projections] = await all([
      folded(client, base),
      isBeside ? inSnapshot(beside, () => verifyProjections(beside), shared) : [],
    ]);
    const isLeftOut = base.isSnapshot || isBeside;
    return { ...report, base, projections: isLeftOut ? projections : await verifyProjections(client) };
  });
}

/** As `Promise.all`, but when all have come to their end: none still asks over a connection that is left. */
export async function all<First, Second>(both: [Promise<First>, Second]): Promise<[First, Awaited<Second>]> {
  await Promise.allSettled(both);
  return Promise.all(both);
}

/** Of the client's transaction, for others while it lasts. */
async function exportedSnapshot(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
  return rows[0]!.id;
}

/** @param shared of another transaction; without it the client has one of its own */
async function inSnapshot<Result>(client: pg.Client, work: () => Promise<Result>, shared = ''): Promise<Result> {
  const adopt = shared === '' ? '' : `SET TRANSACTION SNAPSHOT ${client.escapeLiteral(shared)};`;
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  try {
    await client.query(`${adopt} SET LOCAL statement_timeout = 0; ${WORK_MEM}`);
    return await work();
  } finally {
    await client.query('ROLLBACK');
  }
}

async function folded(client: pg.Client, base: FoldingBase): Promise<Omit<VerifyReport, 'base' | 'projections'>> {
  const { rows } = await client.query<Counts>(counts(base));
  const versionBreaks = (await client.query<Difference>(VERSION_BREAKS)).rows;
  const ofProducts = (await client.query<Difference>(PRODUCT_DIFFERENCES)).rows;
  const ofVendors = (await client.query<Difference>(VENDOR_DIFFERENCES)).rows;
  const miscounts = (await client.query<Miscount>(MISCOUNTS)).rows;
  return { ...rows[0]!, versionBreaks, differences: [...ofProducts, ...ofVendors], miscounts };
}

export function isClean({ holes, versionBreaks, differences, miscounts, projections }: VerifyReport): boolean {
  const wrong = projections.flatMap((one) => one.differences);
  return holes === 0 && [versionBreaks, differences, miscounts, wrong].every(({ length }) => length === 0);
}
