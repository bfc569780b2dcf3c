import { createHash } from 'node:crypto';
import type pg from 'pg';
import {
  headLine,
  linesOf,
  namesDigest,
  readRecord,
  RECORD_COLUMNS,
  recordLine,
  type RecordRow,
  SegmentContents,
  TAIL_DIGEST_BYTES,
  tailDigest,
  unpackSegment,
} from '../sealed-log/index.js';
import type { Difference } from './verify-log.js';

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

interface SegmentRow {
  first: number;
  last: number;
  epoch: string;
  previous: string | null;
  hash: string;
  size: number;
  packed: Buffer;
  packedIsWhole: boolean;
  keys: Buffer;
  /** Of a segment whose events have left the table. */
  hasMoved: boolean;
  digests: Buffer | null;
  times: Buffer | null;
  from: string;
  until: string;
}

/** Faults that are listed; there may be more. */
const LISTED = 20;
/** Events that are read at once. */
const BATCH = 200;

const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const NEXT_SEGMENT = `
  SELECT first::float8, last::float8, epoch, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash,
         size::float8, packed, packed_hash = sha256(packed) AS "packedIsWhole", keys, digests, times,
         last <= (SELECT moved_up_to FROM event_log) AS "hasMoved",
         ${iso('from_time')} AS "from", ${iso('until_time')} AS until
  FROM log_segments WHERE first > $1 ORDER BY first LIMIT 1`;

const RECORDS = `
  SELECT ${RECORD_COLUMNS} FROM inventory_events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT ${BATCH}`;

const SALTS = `
  SELECT vendor_id AS "vendorId", salt, removed_up_to::float8 AS "removedUpTo" FROM vendor_salts WHERE vendor_id = ANY ($1)`;

/** What is left in the table of events that have moved. */
const VENDOR_RECORDS = `
  SELECT ${RECORD_COLUMNS} FROM inventory_events
  WHERE position > $1 AND position <= $2 AND product_id IS NULL ORDER BY position LIMIT ${BATCH}`;

const FIRST_KEPT = 'SELECT dropped_up_to::float8 AS last FROM event_log';

/** What is noted of events that aren't sealed yet. */
const TAIL = `SELECT first::float8, last::float8, digests FROM log_tail WHERE last > $1 ORDER BY first`;

interface TailRow {
  first: number;
  last: number;
  digests: Buffer;
}

interface Salt {
  vendorId: string;
  salt: Buffer;
  removedUpTo: number;
}

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
  const { rows: tail } = await client.query<TailRow>(TAIL, [report.sealedUpTo]);
  for (const part of tail) {
    report.notedUpTo = part.last;
    report.broken.push(...(await tailFaults(client, part, report.sealedUpTo)));
  }
  report.broken.splice(LISTED);
  return report;
}

const ofSegment = ({ first, last }: SegmentRow, what: string): Difference => ({
  id: `positions ${first} to ${last}`,
  what,
});
const ofEvent = (position: number, what: string): Difference => ({ id: `position ${position}`, what });

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

interface Unpacked {
  bytes: Buffer;
  error: Error | undefined;
  head: string;
  summary: ReturnType<SegmentContents['summary']>;
}

/** Faults of a segment whose events are what they should be. */
function wholeFaults(segment: SegmentRow, { bytes, error, head, summary }: Unpacked): Difference[] {
  const isSealed = createHash('sha256').update(bytes).digest('hex') === segment.hash;
  const faults: Difference[] = [];
  if (error) faults.push(ofSegment(segment, 'the segment can’t be unpacked to its end'));
  else if (head !== headLine(segment))
    faults.push(ofSegment(segment, 'the head of the segment is another than its seal’s'));
  else if (!isSealed) faults.push(ofSegment(segment, 'the hash of the seal is not that of the segment'));
  if (!segment.packedIsWhole) faults.push(ofSegment(segment, 'a byte of the packed segment was changed'));
  const { keys, size, from, until } = segment;
  if (size !== bytes.length || !summary.keys.equals(keys) || summary.from !== from || summary.until !== until) {
    faults.push(ofSegment(segment, 'what is noted of the segment is not what it holds'));
  }
  return faults;
}

/** Of a segment whose events are nowhere else. */
async function movedFaults(client: pg.Client, segment: SegmentRow, full: boolean): Promise<Difference[]> {
  const { first, last, digests, times } = segment;
  if (!digests || !times) return [ofSegment(segment, 'the events have left the table, and nothing is noted of them')];
  const unpacked = full || !segment.packedIsWhole ? await unpackedFaults(segment, digests, times) : [];
  if (unpacked.length > 0) return unpacked;
  return vendorFaults(client, { first, last, digests });
}

/** At most one: bytes of an event that are changed make all behind it look so if the packed ones are. */
async function unpackedFaults(segment: SegmentRow, digests: Buffer, times: Buffer): Promise<Difference[]> {
  const { bytes, error } = await unpackSegment(segment.packed);
  const lines = linesOf(bytes);
  const head = lines.next().value ?? '';
  const contents = new SegmentContents();
  for (let position = segment.first; position <= segment.last; position += 1) {
    const line = lines.next().value ?? '';
    const index = position - segment.first;
    if (!tailDigest(line).equals(digestAt(digests, index))) return [ofEvent(position, 'the sealed event was changed')];
    const { row } = readRecord(line.trimEnd());
    if (times.readUIntBE(index * 6, 6) !== Date.parse(row.occurredAt)) {
      return [ofEvent(position, 'the time that is noted of the event is not the sealed one')];
    }
    contents.add({ row });
  }
  return wholeFaults(segment, { bytes, error, head, summary: contents.summary() });
}

/** Events of vendors beside what was noted of them when the others left. */
async function vendorFaults(client: pg.Client, noted: TailRow): Promise<Difference[]> {
  const faults: Difference[] = [];
  for (let after = noted.first - 1; ;) {
    const { rows } = await client.query<RecordRow>(VENDOR_RECORDS, [after, noted.last]);
    if (rows.length === 0) return faults;
    const salts = await saltsOf(client, rows);
    for (const row of rows) {
      if (isAsNoted(row, noted, salts)) continue;
      faults.push(ofEvent(Number(row.position), 'the event in the table is not the one that was sealed'));
    }
    after = Number(rows.at(-1)!.position);
  }
}

const digestAt = (digests: Buffer, index: number): Buffer =>
  digests.subarray(index * TAIL_DIGEST_BYTES, (index + 1) * TAIL_DIGEST_BYTES);

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

async function tailFaults(client: pg.Client, tail: TailRow, sealedUpTo: number): Promise<Difference[]> {
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

function isAsNoted(row: RecordRow, { first, digests }: TailRow, salts: ReadonlyMap<string, Salt>): boolean {
  const salt = row.vendor === null ? undefined : salts.get(row.vendorId);
  if (row.vendor !== null && !salt) return false;
  if (salt && Number(row.position) <= salt.removedUpTo) return true;
  const noted = digestAt(digests, Number(row.position) - first);
  return tailDigest(recordLine(row, salt && namesDigest(row, salt.salt))).equals(noted);
}

/** The line that the row should have; of names that were taken out of the log the digest can't be told any more. */
function recordOf(row: RecordRow, sealed: string, salts: ReadonlyMap<string, Salt>): string {
  if (row.vendor === null) return recordLine(row);
  const salt = salts.get(row.vendorId);
  if (!salt) return '';
  if (Number(row.position) > salt.removedUpTo) return recordLine(row, namesDigest(row, salt.salt));
  // Quotes within values are escaped, and the vendor has no other member of this name.
  return recordLine(row, /,"names":"([0-9a-f]{64})"/.exec(sealed)?.[1] ?? '');
}

async function saltsOf(client: pg.Client, rows: readonly RecordRow[]): Promise<ReadonlyMap<string, Salt>> {
  const vendors = rows.flatMap(({ vendor, vendorId }) => (vendor === null ? [] : vendorId));
  if (vendors.length === 0) return new Map();
  const found = await client.query<Salt>(SALTS, [vendors]);
  return new Map(found.rows.map((salt) => [salt.vendorId, salt]));
}
