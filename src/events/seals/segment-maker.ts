import { Inject, Injectable } from '@nestjs/common';
import { type Queries, SqlClient } from '../../database/index.js';
import { type SealedEvent, sealSegment } from '../../sealed-log/index.js';
import { KEEP_SEGMENT, READ_ENDS } from './log-segments.sql.js';
import { changedAmong, ChangedEventError, LogTail, type TailDigests } from './log-tail.js';
import { type ReadRecord, RecordReader, saltsAmong } from './record-reader.js';

/** Positions of a segment, and canonical bytes at which it ends before. */
export const SEGMENT_POSITIONS = 10_000;
const BYTES = 32 * 1024 * 1024;

/** Where the log ends, and the newest segment: `last` is 0 and `hash` null without any. */
export interface LogEnds {
  head: number;
  epoch: string;
  last: number;
  hash: string | null;
}

/** A segment that has just been kept: canonical bytes, and those that are left of them. */
export interface NewSegment {
  first: number;
  last: number;
  size: number;
  packed: number;
}

/** Has a pause after work that began at a time of `performance.now()`. */
export type Rest = (began: number) => Promise<void>;

/** What makes segments over a connection of a command, which has no modules. */
export function segmentMakerOver(sql: Queries): SegmentMaker {
  const records = new RecordReader(sql);
  return new SegmentMaker(sql, records, new LogTail(sql, records));
}

/** Makes the next segment of the log, for the leader and for the command that seals. */
@Injectable()
export class SegmentMaker {
  constructor(
    @Inject(SqlClient) private readonly sql: Queries,
    private readonly records: RecordReader,
    private readonly tail: LogTail,
  ) {}

  async ends(): Promise<LogEnds> {
    const [ends] = await this.sql.query<Record<'head' | 'epoch' | 'last', string> & { hash: string | null }>(READ_ENDS);
    return { ...ends!, head: Number(ends!.head), last: Number(ends!.last) };
  }

  /**
   * The segment behind the newest one; undefined if there aren't that many positions yet, another process was faster,
   * the history is another one by now, or names of a vendor were removed meanwhile.
   *
   * @throws MissingEventError, ChangedEventError, and what the driver throws
   */
  async sealNext(ends: LogEnds, positions: number, rest: Rest): Promise<NewSegment | undefined> {
    const { head, epoch, last, hash } = ends;
    const first = last + 1;
    const upTo = last + positions;
    if (head < upTo) return undefined;
    const reading = new SegmentReading(this.records, this.tail, rest);
    const segment = await sealSegment({ epoch, first, previous: hash }, reading.batches(first, upTo));
    const values = [first, segment.last, epoch, hash, segment.hash, segment.size, segment.packed, segment.keys];
    const more = [segment.from, segment.until, reading.lastEvent, reading.vendors, reading.salts];
    const kept = await this.sql.query(KEEP_SEGMENT, [...values, ...more]);
    if (kept.length === 0) return undefined;
    await this.tail.trim();
    return { first, last: segment.last, size: segment.size, packed: segment.packed.length };
  }
}

/** The events of one segment. */
class SegmentReading {
  lastEvent: string | undefined;
  /** With what names were digested, of each batch anew. */
  readonly vendors: string[] = [];
  readonly salts: Buffer[] = [];
  private size = 0;
  private known: TailDigests = new Map();

  constructor(
    private readonly records: RecordReader,
    private readonly tail: LogTail,
    private readonly rest: Rest,
  ) {}

  async *batches(first: number, upTo: number): AsyncGenerator<SealedEvent[], void, undefined> {
    this.known = await this.tail.digests(first, upTo);
    for (let next = first; next <= upTo && this.size < BYTES;) {
      const began = performance.now();
      const events = this.within(await this.unchanged(next, upTo));
      const [vendors, salts] = saltsAmong(events);
      this.vendors.push(...vendors);
      this.salts.push(...salts);
      next += events.length;
      yield events;
      await this.rest(began);
    }
  }

  /**
   * What isn't what was noted is read again, and the note as well: when names are removed, a new one is made of events
   * without them.
   *
   * @throws ChangedEventError if it isn't what the same note says
   */
  private async unchanged(next: number, upTo: number): Promise<ReadRecord[]> {
    for (let broken: Buffer | undefined; ;) {
      const events = await this.records.read(next, upTo);
      const changed = changedAmong(events, this.known);
      if (changed === undefined) return events;
      const note = this.known.get(changed)!;
      if (broken?.equals(note)) throw new ChangedEventError(changed);
      broken = note;
      this.known = await this.tail.digests(next, upTo);
    }
  }

  private within(events: readonly ReadRecord[]): ReadRecord[] {
    let taken = 0;
    while (taken < events.length && this.size < BYTES) this.size += events[taken++]!.line.length;
    this.lastEvent = events[taken - 1]!.row.eventId;
    return events.slice(0, taken);
  }
}
