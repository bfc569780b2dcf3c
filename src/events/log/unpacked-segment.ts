import type { SegmentHead } from '../../sealed-log/index.js';

const LINE_FEED = 0x0a;

/** The canonical bytes of a segment, of which any line is found at once. */
export class UnpackedSegment {
  /** Offsets behind each line; the head is the first. */
  private readonly ends: Uint32Array;

  constructor(
    readonly first: number,
    readonly last: number,
    private readonly bytes: Buffer,
  ) {
    this.ends = new Uint32Array(last - first + 2);
    let end = 0;
    for (let index = 0; index < this.ends.length; index += 1) {
      end = bytes.indexOf(LINE_FEED, end) + 1;
      this.ends[index] = end;
    }
  }

  get size(): number {
    return this.bytes.length;
  }

  get head(): SegmentHead {
    return JSON.parse(this.bytes.toString('utf8', 0, this.ends[0])) as SegmentHead;
  }

  /** The record of the event at a position that the segment has. */
  line(position: number): string {
    const index = position - this.first;
    return this.bytes.toString('utf8', this.ends[index], this.ends[index + 1]);
  }

  /** Positions from one to another, in order, whose lines have a text somewhere. */
  positionsWith(text: string, from: number, upTo: number): number[] {
    const { bytes, ends, first } = this;
    const found: number[] = [];
    const stop = ends[upTo - first + 1]!;
    let at = ends[from - first]!;
    for (;;) {
      at = bytes.indexOf(text, at);
      if (at < 0 || at >= stop) return found;
      const index = this.lineAt(at);
      found.push(first + index);
      at = ends[index + 1]!;
    }
  }

  /** Index of the line that an offset lies in. */
  private lineAt(offset: number): number {
    let [low, high] = [0, this.ends.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.ends[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
