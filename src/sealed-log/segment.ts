import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import { keyFilter, productKey, vendorKey } from './key-filter.js';
import type { RecordRow } from './event-record.js';

/** Version of the canonical form. */
const FORMAT = 'mandi-inventory-sync log 1';

/**
 * Measured with the 24,394 events of a real week, 1.49 MB a thousand: gzip 6 makes 9.8 % of it at 85 MB/s, Brotli 4, 5,
 * 6 and 9 make 4.6, 4.0, 3.9 and 3.8 % at 230, 120, 100 and 25 MB/s. Node.js 20 has no zstd.
 */
const QUALITY = 5;
/** Bytes that a segment has at most, with an event that is as large as can be; more is not believed. */
const LARGEST = 64 * 1024 * 1024;
/** Lines that are packed at once: long texts are collected late by V8. */
const TOGETHER = 32;

/** What a segment begins with. */
export interface SegmentHead {
  /** In which it was sealed; events of before have the same positions in it. */
  epoch: string;
  first: number;
  /** Hash of the segment before, in hex; null for the first. */
  previous: string | null;
}

/** A segment of the log, sealed. */
export interface Segment extends SegmentHead {
  last: number;
  /** SHA-256, in hex, of the canonical bytes: the head and a line for each event. */
  hash: string;
  /** The canonical bytes, compressed with Brotli, and how many they are. */
  packed: Buffer;
  size: number;
  /** `keyFilter` of its products and vendors. */
  keys: Buffer;
  /** When the first and the last of its events have occurred, which needn't be in this order. */
  from: string;
  until: string;
}

/** An event of a segment in both forms. */
export interface SealedEvent {
  row: Pick<RecordRow, 'position' | 'productId' | 'vendorId' | 'occurredAt'>;
  line: string;
}

export function headLine({ epoch, first, previous }: SegmentHead): string {
  return `${JSON.stringify({ format: FORMAT, epoch, first, previous })}\n`;
}

/** @param events all of the segment in order, at least one; they are taken as fast as they are packed */
export async function sealSegment(head: SegmentHead, events: AsyncIterable<SealedEvent[]>): Promise<Segment> {
  const hash = createHash('sha256');
  const contents = new SegmentContents();
  const packed: Buffer[] = [];
  let size = 0;
  const taken = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    size += bytes.length;
    return bytes;
  };
  async function* canonical(): AsyncGenerator<Buffer> {
    yield taken(headLine(head));
    for await (const some of events) {
      for (const event of some) contents.add(event);
      for (let start = 0; start < some.length; start += TOGETHER) {
        const lines = some.slice(start, start + TOGETHER).map(({ line }) => line);
        yield taken(lines.join(''));
      }
    }
  }
  const brotli = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
  await pipeline(Readable.from(canonical()), brotli, async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) packed.push(chunk);
  });
  return { ...head, ...contents.summary(), hash: hash.digest('hex'), packed: Buffer.concat(packed), size };
}

/** What is noted of a segment, so that it needn't be unpacked to know that something isn't in it. */
export class SegmentContents {
  private readonly keys = new Set<string>();
  private from = '';
  private until = '';
  private last = 0;

  add({ row: { position, productId, vendorId, occurredAt } }: Pick<SealedEvent, 'row'>): void {
    this.last = Number(position);
    if (productId !== null) this.keys.add(productKey(productId));
    this.keys.add(vendorKey(vendorId));
    if (this.from === '' || occurredAt < this.from) this.from = occurredAt;
    if (occurredAt > this.until) this.until = occurredAt;
  }

  summary(): Pick<Segment, 'last' | 'keys' | 'from' | 'until'> {
    return { last: this.last, keys: keyFilter(this.keys), from: this.from, until: this.until };
  }
}

/**
 * The canonical bytes; of what can't be unpacked to its end, those that could be, and the error.
 *
 * @param size how many they are, if it is known: then they are never in memory twice
 */
export async function unpackSegment(packed: Buffer, size = 0): Promise<{ bytes: Buffer; error?: Error }> {
  let bytes: Buffer = Buffer.allocUnsafeSlow(Math.min(size, LARGEST));
  let end = 0;
  try {
    await pipeline(Readable.from([packed]), createBrotliDecompress(), async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) {
        if (end + chunk.length > bytes.length) bytes = grown(bytes, end + chunk.length);
        end += chunk.copy(bytes, end);
      }
    });
    return { bytes: bytes.subarray(0, end) };
  } catch (error) {
    return { bytes: bytes.subarray(0, end), error: error as Error };
  }
}

function grown(bytes: Buffer, length: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * bytes.length));
  bytes.copy(larger);
  return larger;
}

/** The lines of canonical bytes, each with its end; the last one is without, if they have been cut. */
export function* linesOf(bytes: Buffer): Generator<string, void, undefined> {
  for (let start = 0, end; start < bytes.length; start = end) {
    const feed = bytes.indexOf(LINE_FEED, start);
    end = feed < 0 ? bytes.length : feed + 1;
    yield bytes.toString('utf8', start, end);
  }
}

const LINE_FEED = 0x0a;
