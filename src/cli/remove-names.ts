import type pg from 'pg';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { namesDigest, RECORD_COLUMNS, recordLine, type RecordRow, tailDigest } from '../sealed-log/index.js';
import { isAsNoted, type NotedRecords, saltsOf } from './noted-records.js';
import { CliError } from './run-cli.js';

const SALT_BYTES = 16;

/**
 * Gives all events of the vendor `$1` the names that it has now. Their seals stay true: they hold digests of the names,
 * which can't be tried out without the salt; members stay in their order, which is sealed.
 */
const REMOVE_NAMES = `
  UPDATE inventory_events e
  SET vendor = (SELECT json_object_agg(key, CASE key WHEN 'name' THEN to_json(v.name) WHEN 'names' THEN v.names::json
                                                     ELSE value END ORDER BY place)
                FROM json_each(e.vendor) WITH ORDINALITY AS member (key, value, place)),
      changes = (SELECT coalesce(json_agg(CASE WHEN c->>'field' IN ('name', 'names')
                                               THEN json_build_object('field', c->>'field', 'oldValue', NULL, 'newValue', NULL)
                                               ELSE c END), '[]')
                 FROM json_array_elements(e.changes) c)
  FROM vendors v
  WHERE v.id = $1 AND e.vendor_id = v.id AND e.vendor IS NOT NULL`;

/** `$1` vendor, `$2` a new salt: digests that are sealed by now can't be told any more. */
const FORGET_SALT = `
  INSERT INTO vendor_salts (vendor_id, salt, removed_up_to)
  SELECT $1, $2, coalesce(max(last), 0) FROM log_segments
  ON CONFLICT (vendor_id) DO UPDATE SET salt = excluded.salt, removed_up_to = excluded.removed_up_to`;

/** Of events of the vendor `$1` that aren't sealed yet, each with what is noted of it. */
const NOTED = `
  SELECT e.*, t.first::float8, t.last::float8, t.digests
  FROM (SELECT ${RECORD_COLUMNS} FROM inventory_events
        WHERE position > (SELECT coalesce(max(last), 0) FROM log_segments) AND vendor_id = $1 AND vendor IS NOT NULL) e
  JOIN log_tail t ON e.position BETWEEN t.first AND t.last
  ORDER BY e.position`;

/**
 * From now on nothing is noted or sealed before the end of the transaction, and then only what was read with the salt
 * that there is.
 */
const HOLD = 'LOCK TABLE log_segments, log_tail IN SHARE ROW EXCLUSIVE MODE';

/** Events of the vendor `$1` that wait for a position, and for what is put out of date by their former names. */
const PENDING = 'SELECT FROM inventory_events WHERE vendor_id = $1 AND vendor IS NOT NULL AND position IS NULL LIMIT 1';
/** Milliseconds for which they are waited for before the vendor is locked, and then; and between two looks. */
const WAIT = 15_000;
const WAIT_LOCKED = 2_000;
const LOOK_EVERY = 100;

/** An event of the vendor `$1` that can only have been changed by hand: names can't be found in it. */
const UNSHAPED = `
  SELECT position FROM inventory_events
  WHERE vendor_id = $1 AND vendor IS NOT NULL AND (json_typeof(vendor) <> 'object' OR json_typeof(changes) <> 'array')
  LIMIT 1`;

/** Notes `$2` of the position `$1`. */
const NOTE_ANEW = `
  UPDATE log_tail SET digests = overlay(digests PLACING $2::bytea FROM ($1 - first)::integer * 8 + 1)
  WHERE $1 BETWEEN first AND last`;

/**
 * Takes all names that the vendor had before out of the log: rename it first. Reads all of the log.
 *
 * @returns in how many events
 * @throws CliError if there is no such vendor, an event of it was changed before it was sealed, or one waits for its
 *   position, which a server gives
 */
export async function removeNames(client: pg.Client, vendorId: string): Promise<number> {
  await expectNumbered(client, vendorId, WAIT);
  await client.query('BEGIN');
  try {
    const { rowCount: vendors } = await client.query('SELECT FROM vendors WHERE id = $1 FOR UPDATE', [vendorId]);
    if (!vendors) throw new CliError(`There is no vendor ${vendorId}`);
    await expectNumbered(client, vendorId, WAIT_LOCKED);
    await expectUnchanged(client, vendorId);
    const { rowCount } = await client.query(REMOVE_NAMES, [vendorId]);
    const salt = randomBytes(SALT_BYTES);
    await client.query(HOLD);
    await client.query(FORGET_SALT, [vendorId, salt]);
    await noteAnew(client, vendorId, salt);
    await client.query('COMMIT');
    return rowCount ?? 0;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

type NotedRow = RecordRow & NotedRecords;

/** While the vendor is locked no more of them come. */
async function expectNumbered(client: pg.Client, vendorId: string, wait: number): Promise<void> {
  const isNumbered = async (): Promise<boolean> => (await client.query(PENDING, [vendorId])).rowCount === 0;
  for (const until = performance.now() + wait; !(await isNumbered()); await sleep(LOOK_EVERY)) {
    if (performance.now() < until) continue;
    throw new CliError(`Events of ${vendorId} wait for their positions, which a server that runs gives: try again`);
  }
}

/** What is noted is made anew, which must not hide a change. */
async function expectUnchanged(client: pg.Client, vendorId: string): Promise<void> {
  const { rows } = await client.query<NotedRow>(NOTED, [vendorId]);
  const salts = await saltsOf(client, rows);
  const [unshaped] = (await client.query<{ position: string }>(UNSHAPED, [vendorId])).rows;
  const changed = unshaped ?? rows.find((row) => !isAsNoted(row, row, salts));
  if (!changed) return;
  throw new CliError(`The event at position ${changed.position} was changed: see npm run verify, and mend it first`);
}

async function noteAnew(client: pg.Client, vendorId: string, salt: Buffer): Promise<void> {
  const { rows } = await client.query<NotedRow>(NOTED, [vendorId]);
  for (const row of rows) {
    await client.query(NOTE_ANEW, [row.position, tailDigest(recordLine(row, namesDigest(row, salt)))]);
  }
}
