import type pg from 'pg';
import {
  linesOf,
  notesHash,
  readRecord,
  RECORD_COLUMNS,
  type RecordRow,
  SegmentContents,
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

const UNLIKE_SEALED = 'the event in the table is not the one that was sealed';

type Noted = SegmentRow & { digests: Buffer; times: Buffer };

/** Rows of vendors' events, which stay when the others leave the table. */
interface Staying {
  rows: readonly RecordRow[];
  salts: Salts;
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
  const staying = { rows, salts: await saltsOf(client, rows) };
  const isProven = segment.packedIsWhole && isAsItWas(noted, staying);
  if (full || !isProven || rows.some((row) => isNameless(row, staying.salts))) return unpackedFaults(noted, staying);
  return rows.filter((row) => !isAsNoted(row, noted, staying.salts)).map(({ position }) => unlikeSealed(position));
}

const unlikeSealed = (position: string): Difference => ofEvent(Number(position), UNLIKE_SEALED);

function isAsItWas(segment: Noted, { rows }: Staying): boolean {
  const ofVendors = rows.map(({ position }) => Number(position));
  return segment.notesHash?.equals(notesHash(segment, { ...segment, ofVendors })) ?? false;
}

/** At most one of an event: bytes that are changed make all behind them look so if the packed ones are. */
async function unpackedFaults(segment: Noted, staying: Staying): Promise<Difference[]> {
  const { bytes, error } = await unpackSegment(segment.packed);
  const lines = linesOf(bytes);
  const head = lines.next().value ?? '';
  const contents = new SegmentContents();
  const left = new Map(staying.rows.map((row) => [Number(row.position), row]));
  for (let position = segment.first; position <= segment.last; position += 1) {
    const line = lines.next().value ?? '';
    if (!tailDigest(line).equals(digestAt(segment, position))) {
      return [ofEvent(position, 'the sealed event was changed')];
    }
    const { row } = readRecord(line.trimEnd());
    if (segment.times.readUIntBE((position - segment.first) * 6, 6) !== Date.parse(row.occurredAt)) {
      return [ofEvent(position, 'the time that is noted of the event is not the sealed one')];
    }
    const stayed = left.get(position);
    if (row.productId === null && !stayed) return [ofEvent(position, 'the event of a vendor is missing in the table')];
    if (stayed && recordOf(stayed, line, staying.salts) !== line) return [ofEvent(position, UNLIKE_SEALED)];
    contents.add({ row });
  }
  const faults = wholeFaults(segment, { bytes, error, head, summary: contents.summary() });
  if (faults.length > 0 || segment.notesHash === null || isAsItWas(segment, staying)) return faults;
  return [ofSegment(segment, 'the hash of what is noted of the segment is another one')];
}
