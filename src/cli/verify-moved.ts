import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import {
  linesOf,
  notesHash,
  readRecord,
  RECORD_COLUMNS,
  type RecordRow,
  SegmentContents,
  SegmentNotes,
  tailDigest,
  unpackSegment,
} from '../sealed-log/index.js';
import { digestAt, isAsNoted, isNameless, recordOf, type Salts, saltsOf } from './noted-records.js';
import { ofEvent, ofSegment, type SegmentRow, wholeFaults } from './segment-faults.js';
import type { Difference } from './verify-log.js';

/** What is left in the table of events that have moved. */
const VENDOR_RECORDS = `
  SELECT ${RECORD_COLUMNS} FROM inventory_events
  WHERE position BETWEEN $1 AND $2 AND product_id IS NULL ORDER BY position`;

/** Ranges of `seq` without a gap, by which the position of an event is found. */
const RANGES = `
  SELECT coalesce(array_agg(first_seq::text ORDER BY first_position), '{}') AS "firstSeqs",
         coalesce(array_agg(last_seq::text ORDER BY first_position), '{}') AS "lastSeqs",
         coalesce(array_agg(first_position::text ORDER BY first_position), '{}') AS "firstPositions"
  FROM moved_events WHERE first_position BETWEEN $1 AND $2`;

const UNLIKE_SEALED = 'the event in the table is not the one that was sealed';

type Noted = SegmentRow & { digests: Buffer; times: Buffer };
type Ranges = Pick<SegmentNotes, 'firstSeqs' | 'lastSeqs' | 'firstPositions'>;

/** What other tables have of the segment: rows of vendors' events, which stay when the others leave, and of ranges. */
interface Staying {
  rows: readonly RecordRow[];
  salts: Salts;
  ranges: Ranges;
}

/**
 * Faults of a segment whose events are nowhere else, but for those of vendors. It is unpacked only where its hashes
 * don't say already that all is as it was.
 *
 * @param full unpack it anyway
 */
export async function movedFaults(client: pg.Client, segment: SegmentRow, full: boolean): Promise<Difference[]> {
  const { first, last, digests, times } = segment;
  if (!digests || !times) return [ofSegment(segment, 'the events have left the table, and nothing is noted of them')];
  const noted: Noted = { ...segment, digests, times };
  const { rows } = await client.query<RecordRow>(VENDOR_RECORDS, [first, last]);
  const [ranges] = (await client.query<Ranges>(RANGES, [first, last])).rows;
  const staying = { rows, salts: await saltsOf(client, rows), ranges: ranges! };
  const isProven = segment.packedIsWhole && isAsItWas(noted, staying);
  if (full || !isProven || rows.some((row) => isNameless(row, staying.salts))) return unpackedFaults(noted, staying);
  return rows.filter((row) => !isAsNoted(row, noted, staying.salts)).map(({ position }) => unlikeSealed(position));
}

const unlikeSealed = (position: string): Difference => ofEvent(Number(position), UNLIKE_SEALED);

function isAsItWas(segment: Noted, { rows, ranges }: Staying): boolean {
  const ofVendors = rows.map(({ position }) => Number(position));
  return segment.notesHash?.equals(notesHash(segment, { ...segment, ...ranges, ofVendors })) ?? false;
}

/** At most one of an event: bytes that are changed make all behind them look so if the packed ones are. */
async function unpackedFaults(segment: Noted, staying: Staying): Promise<Difference[]> {
  const { bytes, error } = await unpackSegment(segment.packed);
  const lines = linesOf(bytes);
  const head = lines.next().value ?? '';
  const [contents, notes] = [new SegmentContents(), new SegmentNotes(segment.last - segment.first + 1)];
  const left = new Map(staying.rows.map((row) => [Number(row.position), row]));
  for (let position = segment.first; position <= segment.last; position += 1) {
    const line = lines.next().value ?? '';
    if (!tailDigest(line).equals(digestAt(segment, position))) {
      return [ofEvent(position, 'the sealed event was changed')];
    }
    const row = recordIn(line);
    if (!row) return [ofEvent(position, 'the sealed event was changed')];
    if (segment.times.readUIntBE((position - segment.first) * 6, 6) !== Date.parse(row.occurredAt)) {
      return [ofEvent(position, 'the time that is noted of the event is not the sealed one')];
    }
    const stayed = left.get(position);
    if (row.productId === null && !stayed) return [ofEvent(position, 'the event of a vendor is missing in the table')];
    if (stayed && recordOf(stayed, line, staying.salts) !== line) return [ofEvent(position, UNLIKE_SEALED)];
    contents.add({ row });
    notes.add(row, line);
  }
  const faults = wholeFaults(segment, { bytes, error, head, summary: contents.summary() });
  const { firstSeqs, lastSeqs, firstPositions } = notes;
  if (!isDeepStrictEqual(staying.ranges, { firstSeqs, lastSeqs, firstPositions })) {
    faults.push(ofSegment(segment, 'what moved_events says of the events is not what the segment holds'));
  }
  if (faults.length > 0 || segment.notesHash === null || isAsItWas(segment, staying)) return faults;
  return [ofSegment(segment, 'the hash of what is noted of the segment is another one')];
}

function recordIn(line: string): RecordRow | undefined {
  try {
    return readRecord(line.trimEnd()).row;
  } catch {
    return undefined;
  }
}
