import { Inject, Injectable } from '@nestjs/common';
import { type Queries, SqlClient } from '../../database/index.js';
import { TAIL_DIGEST_BYTES, tailDigest } from '../../sealed-log/index.js';
import { KEEP_TAIL, READ_TAIL, READ_TAIL_END, TRIM_TAIL } from './log-tail.sql.js';
import { type ReadRecord, RecordReader, saltsAmong } from './record-reader.js';

/** An event isn't the one that was there when it was first read: a seal must not hide it. */
export class ChangedEventError extends Error {
  constructor(position: number) {
    super(`The event at position ${position} was changed, so nothing is sealed from there on: see docs/operations.md`);
  }
}

/** Digests of events by position. */
export type TailDigests = ReadonlyMap<number, Buffer>;

/** Notes what the events behind the last segment are, so that one that is changed before it is sealed is found. */
@Injectable()
export class LogTail {
  constructor(
    @Inject(SqlClient) private readonly sql: Queries,
    private readonly records: RecordReader,
  ) {}

  /** Notes the next events up to a position, a batch of them; @returns whether there may be more. */
  async extend(upTo: number): Promise<boolean> {
    const [end] = await this.sql.query<{ last: string }>(READ_TAIL_END);
    const first = Number(end!.last) + 1;
    if (first > upTo) return false;
    const events = await this.records.read(first, upTo);
    const { row } = events.at(-1)!;
    const digests = Buffer.concat(events.map(({ line }) => tailDigest(line)));
    const values = [first, row.position, digests, row.eventId, ...saltsAmong(events)];
    const kept = await this.sql.query(KEEP_TAIL, values);
    return kept.length > 0;
  }

  async digests(first: number, last: number): Promise<TailDigests> {
    const rows = await this.sql.query<{ first: number; digests: Buffer }>(READ_TAIL, [first, last]);
    const found = new Map<number, Buffer>();
    for (const row of rows) {
      for (let offset = 0; offset < row.digests.length; offset += TAIL_DIGEST_BYTES) {
        const digest = row.digests.subarray(offset, offset + TAIL_DIGEST_BYTES);
        found.set(row.first + offset / TAIL_DIGEST_BYTES, digest);
      }
    }
    return found;
  }

  /** Forgets what is sealed. */
  async trim(): Promise<void> {
    await this.sql.query(TRIM_TAIL);
  }
}

/** The first of the events that isn't what it was. */
export function changedAmong(events: readonly ReadRecord[], digests: TailDigests): number | undefined {
  for (const { row, line } of events) {
    const position = Number(row.position);
    const known = digests.get(position);
    if (known && !tailDigest(line).equals(known)) return position;
  }
  return undefined;
}
