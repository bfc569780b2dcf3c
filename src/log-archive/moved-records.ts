import { createHash } from 'node:crypto';
import type pg from 'pg';
import { linesOf, readRecord, RECORD_COLUMNS, type RecordRow, unpackSegment } from '../sealed-log/index.js';

/** Records of one batch. */
const BATCH = 500;

/** How far events have moved out of the table, and how far they were dropped. */
export interface MovedPositions {
  movedUpTo: number;
  droppedUpTo: number;
}

const MOVED = `SELECT moved_up_to::float8 AS "movedUpTo", dropped_up_to::float8 AS "droppedUpTo" FROM event_log`;

const SEGMENT = `
  SELECT first::float8, last::float8, encode(hash, 'hex') AS hash, packed FROM log_segments
  WHERE first > $1 AND last <= $2 ORDER BY first LIMIT 1`;

const VENDOR_EVENTS = `
  SELECT ${RECORD_COLUMNS} FROM inventory_events WHERE position BETWEEN $1 AND $2 AND product_id IS NULL`;

interface SegmentRow {
  first: number;
  last: number;
  hash: string;
  packed: Buffer;
}

/** A segment whose events are nowhere else isn't what was sealed. */
export class BrokenSegmentError extends Error {
  constructor({ first, last }: Pick<SegmentRow, 'first' | 'last'>) {
    super(`positions ${first} to ${last} can't be read from their segment: npm run verify says where it was changed`);
  }
}

export async function readMoved(client: pg.Client): Promise<MovedPositions> {
  return (await client.query<MovedPositions>(MOVED)).rows[0]!;
}

/**
 * Events that have moved out of the table, in order; those of vendors with their names, as the table has them.
 *
 * @throws BrokenSegmentError
 */
export async function* movedRecords(client: pg.Client): AsyncGenerator<RecordRow[], void, undefined> {
  const { movedUpTo, droppedUpTo } = await readMoved(client);
  for (let after = droppedUpTo; ;) {
    const { rows } = await client.query<SegmentRow>(SEGMENT, [after, movedUpTo]);
    const [segment] = rows;
    if (!segment) return;
    const { bytes, error } = await unpackSegment(segment.packed);
    const isWhole = !error && createHash('sha256').update(bytes).digest('hex') === segment.hash;
    if (!isWhole) throw new BrokenSegmentError(segment);
    const ofVendors = await client.query<RecordRow>(VENDOR_EVENTS, [segment.first, segment.last]);
    const whole = new Map(ofVendors.rows.map((row) => [row.position, row]));
    const lines = linesOf(bytes);
    lines.next();
    let batch: RecordRow[] = [];
    for (const line of lines) {
      const { row } = readRecord(line.trimEnd());
      batch.push((row.productId === null ? whole.get(row.position) : undefined) ?? row);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
    after = segment.first;
  }
}
