import type pg from 'pg';
import { isTransient, NO_SERVER_LIMITS, sqlState } from '../database/index.js';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pages of the table that one transaction empties: some milliseconds. */
const STEP = 8;
/** Pages that are looked through at once for rows: some milliseconds as well. */
const LOOK = 1_000;
/** Times that a row is written anew at most to get off its page: small ones fit on it as often. */
const PUSHES = 50;
const ATTEMPTS = 5;
/** Rest after each, as a multiple of the time it took. */
const REST = 1;
/** Times that the table is gone through; what is appended meanwhile may lie at its end again. */
const ROUNDS = 5;

export interface Compaction {
  /** Bytes of the table with its indexes. */
  before: number;
  after: number;
  /** Events that were moved within the table; one may have been several times. */
  moved: number;
  /** Indexes that a compaction which was cut off has left, and that only a superuser may drop. */
  left: string[];
}

const SIZE = `SELECT pg_total_relation_size('inventory_events')::float8 AS bytes`;

const PAGES = `
  SELECT (pg_relation_size('inventory_events') / current_setting('block_size')::bigint)::float8 AS pages`;

/** Also of the pages that only some rows have left; it cuts off the empty ones at the end. */
const VACUUM = 'VACUUM (INDEX_CLEANUP ON, TRUNCATE ON, ANALYZE) inventory_events';

/**
 * Writes the rows of the pages from `$1` to `$2`, which is excluded, anew, as they are, and says where they lie now.
 * PostgreSQL puts a row on its own page as long as that has room, and then on the first one that has, which after
 * `VACUUM` it looks for from the beginning. What waits for a position is left to the sequencer, which finds its rows
 * where they were. Long texts, which lie in a table of their own, move there as well: they are taken for new ones.
 */
const MOVE = `
  WITH moved AS (
    UPDATE inventory_events
    SET changes = changes::text::json, product = product::text::json, vendor = vendor::text::json
    WHERE ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $2::bigint)::tid
      AND position IS NOT NULL
    RETURNING split_part(ltrim(ctid::text, '('), ',', 1)::bigint AS page
  )
  SELECT count(*) FILTER (WHERE page < $1)::float8 AS before, count(*) FILTER (WHERE page >= $2)::float8 AS behind,
         count(*) FILTER (WHERE page >= $1 AND page < $2)::float8 AS there FROM moved`;

/** The last page with a row between two; null if there is none. Values as those of `MOVE`. */
const LAST_PAGE = `
  SELECT split_part(ltrim(max(ctid)::text, '('), ',', 1)::float8 AS page FROM inventory_events
  WHERE ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $2::bigint)::tid`;

/** Indexes that a rebuilding which was cut off has left, of the table itself and of the one that has its long texts. */
const LEFT = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indrelid IN (
      SELECT unnest(ARRAY[oid, reltoastrelid]) FROM pg_class WHERE oid = 'inventory_events'::regclass)
    AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)\\d*$'`;
/** SQLSTATE. Indexes of long texts are in a schema that only superusers have to do with. */
const NOT_ALLOWED = '42501';

/**
 * Gives the room that moved events have left in the table back to the system, while servers read and write. The newest
 * events lie at the end of its file, so `VACUUM` alone can't cut it off: they are brought to the beginning first.
 *
 *     . . . . . . . . . . n n n n    VACUUM
 *     n n n n . . . . . . - - - -    rows of the last pages written anew
 *     n n n n                        VACUUM, and indexes built anew beside the old ones
 *
 * No reader or writer waits: rows are locked for some milliseconds against their deletion, which is all that happens to
 * them; to cut the file off, PostgreSQL takes the table for itself if it is free at that moment, and lets go when it is
 * wanted. What was moved is whole at any time, so this may be ended at any time and begun again.
 */
export async function compactTable(client: pg.Client): Promise<Compaction> {
  for (const [setting, value] of Object.entries(NO_SERVER_LIMITS)) await client.query(`SET ${setting} = ${value}`);
  const before = await sizeOf(client);
  let moved = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await client.query(VACUUM);
    const rows = await moveEnd(client);
    moved += rows;
    if (rows === 0) break;
  }
  await client.query(VACUUM);
  const left = await dropLeft(client);
  await client.query('REINDEX TABLE CONCURRENTLY inventory_events');
  return { before, after: await sizeOf(client), moved, left };
}

/** @returns those that may not be dropped */
async function dropLeft(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(LEFT);
  const kept: string[] = [];
  for (const { name } of rows) {
    try {
      await client.query(`DROP INDEX CONCURRENTLY ${name}`);
    } catch (error) {
      if (sqlState(error) !== NOT_ALLOWED) throw error;
      kept.push(name);
    }
  }
  return kept;
}

/** Empties pages from the last one on, for as long as there is room before them. @returns how many rows have moved */
async function moveEnd(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pages: number }>(PAGES);
  let moved = 0;
  for (let end = rows[0]!.pages; end > 0;) {
    const began = performance.now();
    const from = Math.max(0, end - LOOK);
    const { rows: found } = await client.query<{ page: number | null }>(LAST_PAGE, [from, end]);
    const { page } = found[0]!;
    end = page === null ? from : page + 1;
    if (page === null) continue;
    const first = Math.max(0, end - STEP);
    const { before, behind } = await emptied(client, first, end);
    moved += before;
    if (behind > 0) return moved;
    end = first;
    await sleep((performance.now() - began) * REST);
  }
  return moved;
}

/** Deletions of moved events may meet it in another order, and PostgreSQL ends one of the two. */
async function emptied(client: pg.Client, first: number, end: number): ReturnType<typeof empty> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await empty(client, first, end);
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error;
    }
  }
}

/** @returns how many rows have come to pages before, and to pages behind */
async function empty(client: pg.Client, first: number, end: number): Promise<{ before: number; behind: number }> {
  const all = { before: 0, behind: 0 };
  await client.query('BEGIN');
  try {
    for (let pushes = 0; pushes < PUSHES; pushes += 1) {
      const { rows } = await client.query<Record<'before' | 'behind' | 'there', number>>(MOVE, [first, end]);
      const { before, behind, there } = rows[0]!;
      all.before += before;
      all.behind += behind;
      if (there === 0) break;
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  return all;
}

async function sizeOf(client: pg.Client): Promise<number> {
  return (await client.query<{ bytes: number }>(SIZE)).rows[0]!.bytes;
}
