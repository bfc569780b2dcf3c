import { Readable } from 'node:stream';
import { type FileParameters } from '../../src/inventory/imports/price-file/file-reader.js';
import { openPriceFile } from '../../src/inventory/imports/price-file/price-file.js';
import type { PriceReport, ReportLine } from '../../src/inventory/imports/price-report.js';

type Chunk = string | Uint8Array;

/** Chunks as a request brings them. */
export const chunksOf = (chunks: readonly Chunk[]): Readable =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );

/** All lines of a price file, and its layout. */
export async function readPriceFile(
  chunks: Chunk | readonly Chunk[],
  parameters: FileParameters = {},
): Promise<{ layout: string; lines: ReportLine[] }> {
  const all = typeof chunks === 'string' || chunks instanceof Uint8Array ? [chunks] : chunks;
  const { layout, batches } = await openPriceFile(chunksOf(all), parameters);
  const lines: ReportLine[] = [];
  for await (const batch of batches) lines.push(...batch);
  return { layout, lines };
}

/** `line: commodity` or `line! reason`, which is what most cases are about. */
export async function outlineOf(chunks: Chunk | readonly Chunk[], parameters?: FileParameters): Promise<string[]> {
  const { lines } = await readPriceFile(chunks, parameters);
  return lines.map((line) =>
    'report' in line ? `${line.line}: ${line.report.commodity}` : `${line.line}! ${line.reason}`,
  );
}

/** The one row of a file. */
export async function onlyReport(chunks: Chunk, parameters?: FileParameters): Promise<PriceReport> {
  const { lines } = await readPriceFile(chunks, parameters);
  const [line] = lines;
  if (!line || lines.length > 1 || 'reason' in line) throw new Error(`Not one good row: ${JSON.stringify(lines)}`);
  return line.report;
}

/** Cuts bytes into pieces of the sizes, which are used again and again. */
export function cutInto(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = sizes[chunks.length % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
