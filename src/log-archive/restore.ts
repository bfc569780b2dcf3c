import { ConsoleLogger } from '@nestjs/common';
import type pg from 'pg';
import { openDatabase } from '../database/index.js';
import { emptyTables, rebuildTables, type RebuiltTables } from './rebuild-tables.js';
import { readMoved } from './moved-records.js';
import { restoreBackup, type RestoredBackup } from './restore-backup.js';
import { RestoreError } from './restore-errors.js';
import { restoreLog } from './restore-log.js';
import { returnEvents } from './return-events.js';

/** The lock of the relay's leader (`LeaderElection`): while it is held, no server leads. */
const LEADER_LOCK = 0x6d616e6472;

export interface RestoreObserver {
  /** Bytes of the file that have been read. */
  onRead: (bytes: number) => void;
  /** Rows of a table that have been made, and of how many. */
  onRebuilt: (what: string, rows: number, of: number) => void;
}

export interface Restored extends RebuiltTables {
  events: number;
  segments: number;
}

/** Brings the schema of a database up to date, which may be a new one. Throws what a start of the server would. */
export async function prepareDatabase(url: string): Promise<void> {
  await openDatabase(url, new ConsoleLogger({ logLevels: ['warn', 'error'] }));
}

/**
 * Restores all from an exported log, in one transaction, into an empty database.
 *
 * @throws {RestoreError} if that can't be, in words
 */
export function restoreFromFile(client: pg.Client, path: string, observer: RestoreObserver): Promise<Restored> {
  return alone(client, async () => {
    const { events, segments, saved } = await restoreLog(client, path, observer.onRead);
    const before = saved.filter(({ table }) => table === 'vendors');
    await insertSaved(client, before);
    const rebuilt = await rebuildTables(client, observer.onRebuilt);
    await insertSaved(
      client,
      saved.filter((row) => !before.includes(row)),
    );
    return { events, segments, ...rebuilt };
  });
}

/**
 * Restores all that a backup has, in one transaction, into an empty database.
 *
 * @throws {RestoreError} if that can't be, in words
 */
export function restoreFromBackup(
  client: pg.Client,
  path: string,
  observer: Pick<RestoreObserver, 'onRead'>,
): Promise<RestoredBackup> {
  return alone(client, () => restoreBackup(client, path, observer.onRead));
}

/** Makes vendors and products, and what goes with them, anew from the log that the database itself has. */
export function restoreFromLog(client: pg.Client, observer: RestoreObserver): Promise<Restored> {
  return alone(client, async () => {
    const { droppedUpTo } = await readMoved(client);
    if (droppedUpTo > 0) throw new RestoreError(`the log of this database begins at position ${droppedUpTo + 1}`);
    await returnEvents(client);
    const { rows } = await client.query<{ events: number; segments: number }>(`
      SELECT (SELECT count(*) FROM inventory_events)::float8 AS events,
             (SELECT count(*) FROM log_segments)::float8 AS segments`);
    if (rows[0]!.events === 0) throw new RestoreError('the log of this database is empty');
    await client.query(`
      CREATE TEMP TABLE saved_vendors ON COMMIT DROP AS SELECT v.* FROM vendors v
      WHERE NOT EXISTS (SELECT FROM inventory_events e WHERE e.vendor_id = v.id AND e.product_id IS NULL)`);
    await client.query('CREATE TEMP TABLE saved_aliases ON COMMIT DROP AS SELECT * FROM vendor_aliases');
    await emptyTables(client);
    await client.query('INSERT INTO vendors SELECT * FROM saved_vendors');
    const rebuilt = await rebuildTables(client, observer.onRebuilt);
    await client.query(`
      INSERT INTO vendor_aliases SELECT * FROM saved_aliases WHERE vendor_id IN (SELECT id FROM vendors)`);
    return { ...rows[0]!, ...rebuilt };
  });
}

async function insertSaved(client: pg.Client, saved: readonly { table: string; row: object }[]): Promise<void> {
  for (const { table, row } of saved) {
    await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_record(null::${table}, $1)`, [row]);
  }
}

/** In a transaction, while no server leads. */
async function alone<Result>(client: pg.Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN; SET LOCAL statement_timeout = 0');
  try {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
      LEADER_LOCK,
    ]);
    if (!rows[0]!.held) throw new RestoreError('a server runs on this database: end it first');
    const result = await work();
    await client.query('COMMIT');
    await client.query('ANALYZE inventory_events, vendors, products, product_texts, vendor_stock, market_prices');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
