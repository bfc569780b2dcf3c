import { createHash } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './new-file.js';
import { linesOf, readRecord, SegmentContents, SegmentNotes, unpackSegment } from '../sealed-log/index.js';

/** First member of the first line of a file; what comes behind that line are the packed bytes, in Brotli. */
const FORMAT = 'mandi-inventory-sync log segment 1';
const NAME = /^log-\d{15}-\d{15}\.segment$/;
const LINE_FEED = 0x0a;

/** What is said of a segment in the first line of its file. */
export interface FiledSegment {
  epoch: string;
  first: number;
  last: number;
  /** Hash of the segment before, in hex; null for the first. */
  previous: string | null;
  /** SHA-256 of the unpacked bytes, which begin with epoch, first position and `previous`. */
  hash: string;
  /** Unpacked bytes. */
  size: number;
}

/** A file of a segment that isn't what its first line says. */
export class SegmentFileError extends Error {}

const nameOf = ({ first, last }: Pick<FiledSegment, 'first' | 'last'>): string =>
  `log-${String(first).padStart(15, '0')}-${String(last).padStart(15, '0')}.segment`;

/** Writes the file of a segment, which is there when it is whole, and on the disk. One of before is replaced. */
export async function writeSegmentFile(folder: string, segment: FiledSegment, packed: Buffer): Promise<void> {
  const { epoch, first, last, previous, hash, size } = segment;
  const head = `${JSON.stringify({ format: FORMAT, epoch, first, last, previous, hash, size })}\n`;
  const path = join(folder, nameOf(segment));
  await rm(`${path}.partial`, { force: true });
  const file = await open(`${path}.partial`, 'wx', 0o600);
  try {
    await file.writeFile(Buffer.concat([Buffer.from(head), packed]));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.partial`, path);
  await syncFolder(folder);
}

/** Names of the files of segments in a folder, in order of their positions. */
export async function segmentFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => NAME.test(name)).sort();
}

export interface ReadSegment extends FiledSegment {
  packed: Buffer;
  /** As they are kept beside a segment that has moved. */
  notes: SegmentNotes;
  contents: ReturnType<SegmentContents['summary']>;
}

/** @throws SegmentFileError if it isn't whole */
export function readSegmentOf(folder: string, segment: Pick<FiledSegment, 'first' | 'last'>): Promise<ReadSegment> {
  return readSegmentFile(folder, nameOf(segment));
}

/** @throws SegmentFileError if it isn't whole */
export async function readSegmentFile(folder: string, name: string): Promise<ReadSegment> {
  const path = join(folder, name);
  const bytes = await readFile(path).catch((error: Error) => {
    throw new SegmentFileError(error.message);
  });
  const head = headOf(bytes, path);
  const packed = bytes.subarray(bytes.indexOf(LINE_FEED) + 1);
  const { bytes: unpacked, error } = await unpackSegment(packed);
  const hash = createHash('sha256').update(unpacked).digest('hex');
  if (error || hash !== head.hash) throw new SegmentFileError(`${path} was changed: its hash is another one`);
  const [notes, contents] = [new SegmentNotes(head.last - head.first + 1), new SegmentContents()];
  const lines = linesOf(unpacked);
  lines.next();
  for (const line of lines) {
    const { row } = readRecord(line.trimEnd());
    notes.add(row, line);
    contents.add({ row });
  }
  return { ...head, packed, notes, contents: contents.summary() };
}

function headOf(bytes: Buffer, path: string): FiledSegment {
  try {
    const head = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf(LINE_FEED))) as FiledSegment & { format: unknown };
    if (head.format === FORMAT) return head;
  } catch {
    // What isn't JSON is no such file either.
  }
  throw new SegmentFileError(`${path} is no file of a segment, or of a later version`);
}
