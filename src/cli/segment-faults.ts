import { createHash } from 'node:crypto';
import { headLine, type SegmentContents } from '../sealed-log/index.js';
import type { Difference } from './verify-log.js';

/** A row of `log_segments`. */
export interface SegmentRow {
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
  /** Null also of a segment that was moved by a version that had none. */
  notesHash: Buffer | null;
  from: string;
  until: string;
}

export const ofSegment = ({ first, last }: SegmentRow, what: string): Difference => ({
  id: `positions ${first} to ${last}`,
  what,
});
export const ofEvent = (position: number, what: string): Difference => ({ id: `position ${position}`, what });

export interface Unpacked {
  bytes: Buffer;
  error: Error | undefined;
  head: string;
  summary: ReturnType<SegmentContents['summary']>;
}

/** Faults of a segment whose events are what they should be. */
export function wholeFaults(segment: SegmentRow, { bytes, error, head, summary }: Unpacked): Difference[] {
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
