import { createHash } from 'node:crypto';
import { type RecordRow, TAIL_DIGEST_BYTES, tailDigest } from './event-record.js';
import type { Segment } from './segment.js';

const TIME_BYTES = 6;

type NotedRow = Pick<RecordRow, 'seq' | 'position' | 'productId' | 'occurredAt'>;

/** What is noted of the events of a segment when they leave the table. */
export class SegmentNotes {
  /** Milliseconds since 1970, and what `tailDigest` gives, of each event. */
  readonly times: Buffer;
  readonly digests: Buffer;
  readonly firstSeqs: string[] = [];
  readonly lastSeqs: string[] = [];
  readonly firstPositions: string[] = [];
  /** Positions of events of vendors, which stay in the table. */
  readonly ofVendors: number[] = [];
  private count = 0;

  constructor(events: number) {
    this.times = Buffer.alloc(events * TIME_BYTES);
    this.digests = Buffer.alloc(events * TAIL_DIGEST_BYTES);
  }

  /** The next event. */
  add({ seq, position, productId, occurredAt }: NotedRow, line: string): void {
    this.times.writeUIntBE(Date.parse(occurredAt), this.count * TIME_BYTES, TIME_BYTES);
    tailDigest(line).copy(this.digests, this.count * TAIL_DIGEST_BYTES);
    this.count += 1;
    if (productId === null) this.ofVendors.push(Number(position));
    if (this.lastSeqs.length > 0 && BigInt(seq) === BigInt(this.lastSeqs.at(-1)!) + 1n) {
      this.lastSeqs[this.lastSeqs.length - 1] = seq;
      return;
    }
    this.firstSeqs.push(seq);
    this.lastSeqs.push(seq);
    this.firstPositions.push(position);
  }
}

/**
 * SHA-256 of a segment as it is packed, of what is noted of it and in `moved_events`, and of the positions of its
 * vendors' events: kept when the events leave the table, so that what is changed afterwards is found without unpacking
 * the segment.
 */
export function notesHash(
  { epoch, first, last, previous, hash, size, from, until, keys, packed }: Segment,
  { times, digests, ofVendors, firstSeqs, lastSeqs, firstPositions }: Omit<SegmentNotes, 'add'>,
): Buffer {
  const ranges = [firstSeqs, lastSeqs, firstPositions];
  return createHash('sha256')
    .update(JSON.stringify([epoch, first, last, previous, hash, size, from, until, ofVendors, ranges]))
    .update(keys)
    .update(times)
    .update(digests)
    .update(packed)
    .digest();
}
