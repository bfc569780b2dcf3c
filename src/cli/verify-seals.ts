import { createHash } from 'node:crypto';
import type pg from 'pg';
import { linesOf, RECORD_COLUMNS, type RecordRow, SegmentContents, unpackSegment } from '../sealed-log/index.js';
import { isAsNoted, type NotedRecords, recordOf, saltsOf } from './noted-records.js';
import { ofEvent, ofSegment, type SegmentRow, wholeFaults } from './segment-faults.js';
import type { Difference } from './verify-log.js';
import { movedFaults } from './verify-moved.js';

/** What a look at all sealed segments found, beside the log that they are of. */
export interface SealReport {
  segments: number;
  /** Last position that is sealed. */
  sealedUpTo: number;
  /** Last position of the tail: what is behind it has been written in the last seconds, or while no server ran. */
  notedUpTo: number;
  /** By position, or positions of a segment. */
  broken: Difference[];
}

/** Faults that are listed; there may be more. */
const LISTED = 20;
/** Events that are read at once. */
const BATCH = 200;

const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const NEXT_SEGMENT = `
  SELECT first::float8, last::float8, epoch, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash,
         size::float8, packed, packed_hash = sha256(packed) AS "packedIsWhole", keys, digests, times, notes_hash AS "notesHash",
         last <= (SELECT moved_up_to FROM event_log) AS "hasMoved",
         ${iso('from_time')} AS "from", ${iso('until_time')} AS until
  FROM log_segments WHERE first > $1 ORDER BY first LIMIT 1`;

const RECORDS = `
  SELECT ${RECORD_COLUMNS} FROM inventory_events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT ${BATCH}`;

const FIRST_KEPT = 'SELECT dropped_up_to::float8 AS last FROM event_log';

/** What is noted of events that aren't sealed yet. */
const TAIL = `SELECT first::float8, last::float8, digests FROM log_tail WHERE last > $1 ORDER BY first`;

/**
 * Looks at each segment by itself, at the chain of their hashes, and at each of their events beside the row that the
 * log has of it. Of a segment whose events have left the table, the packed bytes are compared with their hash, and
 * events of vendors with what was noted of them. Reads everything in one snapshot; changes nothing.
 *
 * @param full unpack those segments, too
 */
export async function verifySeals(client: pg.Client, full = false): Promise<SealReport> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0');
  try {
    return await reportOf(client, full);
  } finally {
    await client.query('ROLLBACK');
  }
}

async function reportOf(client: pg.Client, full: boolean): Promise<SealReport> {
  const report: SealReport = { segments: 0, sealedUpTo: 0, notedUpTo: 0, broken: [] };
  const { rows: kept } = await client.query<{ last: number }>(FIRST_KEPT);
  let before: SegmentRow | undefined;
  while (report.broken.length < LISTED) {
    const { rows } = await client.query<SegmentRow>(NEXT_SEGMENT, [before?.first ?? 0]);
    const [segment] = rows;
    if (!segment) break;
    report.broken.push(...chainFaults(segment, before, kept[0]!.last));
    if (!segment.hasMoved) report.broken.push(...(await segmentFaults(client, segment)));
    else report.broken.push(...(await movedFaults(client, segment, full)));
    report.segments += 1;
    report.sealedUpTo = segment.last;
    before = segment;
  }
  report.notedUpTo = report.sealedUpTo;
  const { rows: tail } = await client.query<NotedRecords>(TAIL, [report.sealedUpTo]);
  for (const part of tail) {
    report.notedUpTo = part.last;
    report.broken.push(...(await tailFaults(client, part, report.sealedUpTo)));
  }
  report.broken.splice(LISTED);
  return report;
}

/** @param dropped last position of what is in an archive only */
function chainFaults(segment: SegmentRow, before: SegmentRow | undefined, dropped: number): Difference[] {
  const faults: Difference[] = [];
  if (segment.first !== (before?.last ?? dropped) + 1) faults.push(ofSegment(segment, 'the segment before is missing'));
  const isFirstKept = before === undefined && dropped > 0;
  if (!isFirstKept && segment.previous !== (before?.hash ?? null)) {
    faults.push(ofSegment(segment, 'the seal does not name the hash of the one before'));
  }
  return faults;
}

async function segmentFaults(client: pg.Client, segment: SegmentRow): Promise<Difference[]> {
  const { bytes, error } = await unpackSegment(segment.packed);
  const lines = linesOf(bytes);
  const head = lines.next().value ?? '';
  const { at, summary } = await firstDifference(client, segment, lines);
  const isSealed = createHash('sha256').update(bytes).digest('hex') === segment.hash;
  if (at !== undefined) {
    const what = isSealed ? 'the event in the table is not the one that was sealed' : 'the sealed event was changed';
    return [ofEvent(at, what)];
  }
  return wholeFaults(segment, { bytes, error, head, summary });
}

/** The first position at which the segment and the log differ, and what is to be noted of the log's events. */
async function firstDifference(
  client: pg.Client,
  { first, last }: SegmentRow,
  lines: Generator<string, void, undefined>,
): Promise<{ at: number | undefined; summary: ReturnType<SegmentContents['summary']> }> {
  const contents = new SegmentContents();
  const differs = (at: number | undefined) => ({ at, summary: contents.summary() });
  let position = first;
  while (position <= last) {
    const { rows } = await client.query<RecordRow>(RECORDS, [position - 1, last]);
    const salts = await saltsOf(client, rows);
    for (const row of rows) {
      const line = lines.next().value ?? '';
      if (Number(row.position) !== position || line !== recordOf(row, line, salts)) return differs(position);
      contents.add({ row });
      position += 1;
    }
    if (rows.length === 0) return differs(position);
  }
  return differs(lines.next().done === true ? undefined : last + 1);
}

async function tailFaults(client: pg.Client, tail: NotedRecords, sealedUpTo: number): Promise<Difference[]> {
  const faults: Difference[] = [];
  let position = Math.max(tail.first, sealedUpTo + 1);
  while (position <= tail.last) {
    const { rows } = await client.query<RecordRow>(RECORDS, [position - 1, tail.last]);
    const salts = await saltsOf(client, rows);
    for (const row of rows) {
      if (Number(row.position) !== position) break;
      if (!isAsNoted(row, tail, salts)) faults.push(ofEvent(position, 'the event is not the one that was first there'));
      position += 1;
    }
    if (rows.length === 0 || Number(rows.at(-1)!.position) !== position - 1) {
      faults.push(ofEvent(position, 'the event is missing'));
      position += 1;
    }
  }
  return faults;
}
