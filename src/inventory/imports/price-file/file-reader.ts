import type { ReportLine } from '../price-report.js';
import type { Encoding } from './decoding.js';
import type { PriceFileLayout } from '../../../contracts/index.js';

/** What the sender says of a file that doesn't say it itself. */
export interface FileParameters {
  /** The state of files without one. */
  state?: string | undefined;
  /** The day of files without one, yyyy-mm-dd. */
  day?: string | undefined;
}

export interface ReaderOptions extends FileParameters {
  encoding: Encoding;
}

/** Reads a file of one syntax. */
export interface FileReader {
  /** Undefined until it is recognised. No report is given before. */
  readonly layout: PriceFileLayout | undefined;
  /**
   * Reports of what these bytes complete.
   * @param slice at most 64 KiB of UTF-8, of which nothing is kept but what is unfinished
   * @throws AppError if the file is refused as a whole
   */
  push(slice: Buffer): ReportLine[];
  finish(): ReportLine[];
}
