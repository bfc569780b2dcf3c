import type pg from 'pg';
import { PRODUCTS_AT } from '../inventory/index.js';
import { insertEvents } from './event-rows.js';
import { movedRecords, readMoved } from './moved-records.js';

/** The schema that the table is in, for a temporary view of the same name stands before it. */
const SCHEMA = `
  SELECT quote_ident(n.nspname) AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = 'inventory_events'::regclass`;

/** Where a fold of the log begins. */
export interface FoldingBase {
  /** All events behind this position are folded; those before it are in a state of each product. */
  position: number;
  /** Whether these states stand for events that could be read. */
  isSnapshot: boolean;
  /** Events up to here are in an archive only. */
  droppedUpTo: number;
  /** All that is folded is in the table, where other sessions find it as well. */
  isInTable: boolean;
}

/**
 * Has `inventory_events` mean, until the caller's transaction ends by `ROLLBACK`, all that the log is to be folded
 * from: the table, and of what has moved either all events (`full`), or for each product its state at the position up
 * to which they have, as an event `snapshot`. The history of products has these states, and is made of those events.
 *
 * Where the history doesn't reach that far, as in a database that was restored and whose server has not run yet, it is
 * all events in any case.
 *
 * @throws BrokenSegmentError; NoFoldingBaseError if there is neither
 */
export async function useFoldingBase(client: pg.Client, full: boolean): Promise<FoldingBase> {
  const { movedUpTo, droppedUpTo } = await readMoved(client);
  if (movedUpTo === 0) return { position: 0, isSnapshot: false, droppedUpTo, isInTable: true };
  const reaches = await historyReaches(client, movedUpTo);
  const isWhole = droppedUpTo === 0 && (full || !reaches);
  if (!isWhole && !reaches) throw new NoFoldingBaseError(droppedUpTo);
  const { rows } = await client.query<{ schema: string }>(SCHEMA);
  const table = `${rows[0]!.schema}.inventory_events`;
  await client.query(`CREATE TEMP TABLE moved_rows (LIKE ${table}) ON COMMIT DROP`);
  if (isWhole) for await (const some of movedRecords(client)) await insertEvents(client, some, 'moved_rows');
  else await client.query(snapshotAt(movedUpTo));
  await client.query('CREATE INDEX ON moved_rows (seq)');
  await client.query('ANALYZE moved_rows');
  const inTable = isWhole ? '' : 'product_id IS NULL OR';
  await client.query(`
    CREATE TEMP VIEW inventory_events AS
    SELECT * FROM ${table} WHERE ${inTable} position IS NULL OR position > ${movedUpTo}
    UNION ALL SELECT * FROM moved_rows`);
  return { position: isWhole ? 0 : movedUpTo, isSnapshot: !isWhole, droppedUpTo, isInTable: false };
}

/** The log begins behind events that are in an archive only, and no history says what they amount to. */
export class NoFoldingBaseError extends Error {
  constructor(droppedUpTo: number) {
    super(
      `events up to position ${droppedUpTo} are in an archive only: npm run restore -- --archive DIR puts them back`,
    );
  }
}

async function historyReaches(client: pg.Client, position: number): Promise<boolean> {
  const { rows } = await client.query<{ reaches: boolean }>(
    `SELECT count(*) > 0 AND min(p.position) >= $1 AS reaches
     FROM projection_builds b JOIN consumer_partitions p ON p.consumer = b.projection || '.' || b.id
     WHERE b.projection = 'product-history' AND b.status = 'live'`,
    [position],
  );
  return rows[0]!.reaches;
}

/** Rows before all others: by `seq` as well. */
const snapshotAt = (position: number): string => `
  INSERT INTO moved_rows (seq, event_id, event_type, product_id, vendor_id, category, version, changes, product,
                          correlation_id, region, occurred_at, position)
  SELECT -row_number() OVER (), gen_random_uuid(), 'snapshot', p.id, p.vendor_id, p.category, p.version, '[]',
         p.product, '', '', p.updated_at, 0
  FROM (${PRODUCTS_AT(position)}) p`;
