import { type RecordRow, TAIL_DIGEST_BYTES, tailDigest } from './event-record.js';

const TIME_BYTES = 6;

/** What is noted of the events of a segment when they leave the table. */
export class SegmentNotes {
  /** Milliseconds since 1970, and what `tailDigest` gives, of each event. */
  readonly times: Buffer;
  readonly digests: Buffer;
  readonly firstSeqs: string[] = [];
  readonly lastSeqs: string[] = [];
  readonly firstPositions: string[] = [];
  private count = 0;

  constructor(events: number) {
    this.times = Buffer.alloc(events * TIME_BYTES);
    this.digests = Buffer.alloc(events * TAIL_DIGEST_BYTES);
  }

  /** The next event. */
  add({ seq, position, occurredAt }: Pick<RecordRow, 'seq' | 'position' | 'occurredAt'>, line: string): void {
    this.times.writeUIntBE(Date.parse(occurredAt), this.count * TIME_BYTES, TIME_BYTES);
    tailDigest(line).copy(this.digests, this.count * TAIL_DIGEST_BYTES);
    this.count += 1;
    if (this.lastSeqs.length > 0 && BigInt(seq) === BigInt(this.lastSeqs.at(-1)!) + 1n) {
      this.lastSeqs[this.lastSeqs.length - 1] = seq;
      return;
    }
    this.firstSeqs.push(seq);
    this.lastSeqs.push(seq);
    this.firstPositions.push(position);
  }
}
