import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { ReportLine } from '../price-report.js';
import type { ChunkSource } from './chunk-source.js';
import { CsvReader } from './csv/csv-reader.js';
import { DecodedFile, SLICE_BYTES } from './decoding.js';
import type { FileParameters, FileReader } from './file-reader.js';
import { JsonReader } from './json/json-reader.js';
import type { PriceFileLayout } from '../../../contracts/index.js';

export interface PriceFile {
  layout: PriceFileLayout;
  /** Its rows, as many at once as 64 KiB of the file have: to wait for each of them takes longer than to read it. */
  batches: AsyncGenerator<ReportLine[], void, void>;
}

/** Milliseconds of work after which others get the event loop. */
const SLICE_MS = 8;

/**
 * Recognises a price file of any layout and length, and reads it in bounded memory, as fast as the caller asks for
 * rows. A row that can't be used is given with its reason, and reading goes on. Does not close `input`, not even when
 * it throws: an HTTP handler must still be able to answer on the same socket.
 *
 * `batches` throws like this function; so nothing may be done with rows for good before it has ended.
 *
 * @throws ImportHeaderError if it is of no known layout; ImportMalformedError for broken JSON;
 * ImportDatesAmbiguousError;
 *   ValidationFailedError if a parameter is needed; whatever error `input` fails with
 */
export async function openPriceFile(input: ChunkSource, parameters: FileParameters = {}): Promise<PriceFile> {
  const lines = readLines(input, parameters);
  const first = await lines.next();
  const { layout } = first.value!;
  return { layout, batches: batchesOf(first.value!.lines, lines) };
}

/** What has been read, once the layout is known. */
interface Read {
  layout: PriceFileLayout;
  lines: ReportLine[];
}

async function* batchesOf(first: ReportLine[], rest: AsyncIterable<Read>): AsyncGenerator<ReportLine[], void, void> {
  yield first;
  for await (const { lines } of rest) yield lines;
}

async function* readLines(input: ChunkSource, parameters: FileParameters): AsyncGenerator<Read, void, void> {
  const file = new DecodedFile(input);
  const readerOf = (head: Buffer): FileReader => {
    const options = { ...parameters, encoding: file.encoding };
    return isJson(head) ? new JsonReader(options) : new CsvReader(options);
  };
  /** Until it has more than blanks. */
  let head: Buffer = Buffer.alloc(0);
  let reader: FileReader | undefined;
  let began = performance.now();
  for await (const slice of file.slices()) {
    let bytes = slice;
    if (!reader) {
      bytes = head = Buffer.concat([head, slice]);
      if (isBlank(head) && head.length < SLICE_BYTES) continue;
      reader = readerOf(head);
    }
    const lines = reader.push(bytes);
    if (reader.layout) yield { layout: reader.layout, lines };
    if (performance.now() - began > SLICE_MS) {
      await endOfTurn();
      began = performance.now();
    }
  }
  reader ??= readerOf(head);
  const lines = reader.finish();
  yield { layout: reader.layout!, lines };
}

const isBlank = (bytes: Buffer): boolean => bytes.toString('latin1').trim() === '';

/** No header of a CSV file begins like JSON; what the sender calls it is no help, since many call everything text. */
function isJson(head: Buffer): boolean {
  const first = head.toString('latin1').trimStart()[0];
  return first === '{' || first === '[';
}
