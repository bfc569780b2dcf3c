import { Injectable } from '@nestjs/common';
import { setImmediate as turn } from 'node:timers/promises';
import { currentTransaction, SqlClient } from '../../database/index.js';
import { SingleFlight } from '../../infra/index.js';
import { keyHashes, readRecord, type RecordRow, unpackSegment } from '../../sealed-log/index.js';
import { EventsDroppedError } from './events-dropped.error.js';
import {
  NEXT_SEGMENT,
  READ_FIRST_KEPT,
  READ_MOVED,
  READ_PACKED,
  READ_VENDOR_EVENTS,
  SEGMENT_BEFORE,
} from './moved-events.sql.js';
import { UnpackedSegment } from './unpacked-segment.js';

/** Bytes of segments that are kept unpacked: two of usual size. The newest one is kept however large it is. */
const UNPACKED_BYTES = 32 * 1024 * 1024;
/** Records that are parsed in one go: some milliseconds. */
const AT_ONCE = 200;

/** Which events of segments are wanted, and how many. */
export interface Wanted {
  /** Positions; the first of them is not wanted. */
  after: number;
  upTo: number;
  limit: number;
  newestFirst?: boolean;
  /** Characters of JSON after which the reading ends; the event that passes them is the last one. */
  size?: number;
  /** A name of `productKey` or `vendorKey`: segments that don't have it needn't be unpacked. */
  key?: string;
  /** What the record of each wanted event has somewhere in its line: others needn't be parsed. */
  text?: string;
  /** Names of vendors are missing. */
  fits: (row: RecordRow) => boolean;
}

export interface FirstKept {
  position: number;
  /** When its segment begins; null if the log is kept from position 1 on. */
  time: Date | null;
}

interface SegmentName {
  dropped: number;
  /** Null: there is no segment. */
  first: number | null;
  last: number;
  hash: string;
}

interface PackedSegment {
  packed: Buffer;
  /** Unpacked bytes. */
  size: number;
  isWhole: boolean;
}

/** A sealed segment can't be read: a byte of it was changed. `npm run verify` says where. */
export class BrokenSegmentError extends Error {
  constructor(first: number, last: number) {
    super(`The sealed events at positions ${first} to ${last} can't be read: see npm run verify`);
  }
}

/**
 * Events that have left the table, read from the segments that they are sealed in. One segment is unpacked at a time,
 * and the last two or so are kept. Events of vendors are still in the table, from which their names come.
 */
@Injectable()
export class MovedEvents {
  private mark = 0;
  private readonly unpacked = new Map<string, UnpackedSegment>();
  private readonly unpacking = new SingleFlight<UnpackedSegment>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly sql: SqlClient) {}

  /** A position up to which events have moved for certain; maybe more of them have. */
  get upTo(): number {
    return this.mark;
  }

  /** The database has another history, in which less may have moved. */
  forget(): void {
    this.mark = 0;
  }

  /** Whether events behind a position have moved by now. */
  async reachesBehind(position: number): Promise<boolean> {
    const [row] = await this.sql.query<{ upTo: number; dropped: number }>(READ_MOVED);
    this.mark = row!.upTo;
    return this.mark > position;
  }

  /** Where the log begins: behind what is in an archive only. */
  async firstKept(): Promise<FirstKept> {
    const [row] = await this.sql.query<FirstKept & Record<string, unknown>>(READ_FIRST_KEPT);
    return row!;
  }

  /**
   * What `hot` reads of the table up to a position, behind the one up to which events have moved, which comes with it.
   * `hot` must find nothing if more of them may have (`isHot`).
   */
  async behind<Row>(
    upTo: number,
    hot: (movedUpTo: number) => Promise<Row[]>,
  ): Promise<{ rows: Row[]; movedUpTo: number }> {
    for (;;) {
      const movedUpTo = this.mark;
      if (movedUpTo >= upTo) return { rows: [], movedUpTo };
      const rows = await hot(movedUpTo);
      if (rows.length > 0 || !(await this.reachesBehind(movedUpTo))) return { rows, movedUpTo };
    }
  }

  /**
   * Wanted events that lie before `upTo`, in order.
   *
   * @throws EventsDroppedError if some of the positions are in an archive only; BrokenSegmentError
   */
  async read(wanted: Wanted): Promise<RecordRow[]> {
    const { newestFirst = false, key } = wanted;
    const hashes = key === undefined ? null : keyHashes(key);
    const rows: RecordRow[] = [];
    let { after, upTo } = wanted;
    let size = wanted.size ?? Infinity;
    while (after < upTo && rows.length < wanted.limit && size > 0) {
      const statement = newestFirst ? SEGMENT_BEFORE : NEXT_SEGMENT;
      const [next] = await this.sql.query<SegmentName & Record<string, unknown>>(statement, [after, upTo, hashes]);
      const { first, last, dropped } = next!;
      if (after < dropped) throw new EventsDroppedError(dropped + 1);
      if (first === null) break;
      const segment = await this.segment(next as SegmentName & { first: number });
      const range = { from: Math.max(first, after + 1), upTo: Math.min(last, upTo) };
      for await (const row of recordsOf(segment, range, wanted)) {
        rows.push(row);
        size -= row.changes.length + (row.product ?? row.vendor ?? '').length;
        if (rows.length === wanted.limit || size <= 0) break;
      }
      if (newestFirst) upTo = first - 1;
      else after = last;
    }
    return this.withNames(rows);
  }

  private async withNames(rows: RecordRow[]): Promise<RecordRow[]> {
    const positions = rows.flatMap(({ productId, position }) => (productId === null ? [position] : []));
    if (positions.length === 0) return rows;
    const found = await this.sql.query<RecordRow & Record<string, unknown>>(READ_VENDOR_EVENTS, [positions]);
    const whole = new Map(found.map((row) => [row.position, row]));
    return rows.map((row) => whole.get(row.position) ?? row);
  }

  private async segment(name: SegmentName & { first: number }): Promise<UnpackedSegment> {
    const { hash } = name;
    const kept = this.unpacked.get(hash);
    if (!kept) {
      // What one transaction reads must not fail with another one.
      if (currentTransaction()) return this.unpack(name);
      return this.unpacking.run(hash, () => this.oneByOne(() => this.unpack(name)));
    }
    this.unpacked.delete(hash);
    this.unpacked.set(hash, kept);
    return kept;
  }

  /** Lets go of those that have not been read for longest. */
  private makeRoom(size: number): void {
    let all = [...this.unpacked.values()].reduce((sum, one) => sum + one.size, size);
    for (const [hash, one] of this.unpacked) {
      if (all <= UNPACKED_BYTES) return;
      this.unpacked.delete(hash);
      all -= one.size;
    }
  }

  private oneByOne(work: () => Promise<UnpackedSegment>): Promise<UnpackedSegment> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  private async unpack({ first, last, hash }: SegmentName & { first: number }): Promise<UnpackedSegment> {
    const [row] = await this.sql.query<PackedSegment & Record<string, unknown>>(READ_PACKED, [first, hash]);
    if (!row) {
      // It may have been dropped since it was found.
      const { position } = await this.firstKept();
      if (first < position) throw new EventsDroppedError(position);
    }
    if (!row?.isWhole) throw new BrokenSegmentError(first, last);
    this.makeRoom(row.size);
    const { bytes, error } = await unpackSegment(row.packed, row.size);
    if (error || bytes.length !== row.size) throw new BrokenSegmentError(first, last);
    const segment = new UnpackedSegment(first, last, bytes);
    this.unpacked.set(hash, segment);
    return segment;
  }
}

async function* recordsOf(
  segment: UnpackedSegment,
  { from, upTo }: { from: number; upTo: number },
  { text, newestFirst = false, fits }: Wanted,
): AsyncGenerator<RecordRow, void, undefined> {
  const some = text === undefined ? undefined : segment.positionsWith(text, from, upTo);
  const count = some?.length ?? upTo - from + 1;
  for (let index = 0; index < count; index += 1) {
    if (index % AT_ONCE === AT_ONCE - 1) await turn();
    const at = newestFirst ? count - 1 - index : index;
    const { row } = readRecord(segment.line(some ? some[at]! : from + at).trimEnd());
    if (fits(row)) yield row;
  }
}
