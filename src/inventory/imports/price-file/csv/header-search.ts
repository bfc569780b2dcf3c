import { quoted } from '../cells/refused-cell.js';
import { trimmed } from '../cells/text.js';
import { ImportHeaderError } from '../import-file.errors.js';
import { type Columns, recognise, type Unrecognised } from '../layouts/recognise.js';
import { foreignFormat, KNOWN_LAYOUTS, namesSeen } from '../what-was-seen.js';
import { MAX_RECORD_BYTES } from './record-scanner.js';
import { splitFields } from './split-fields.js';

export interface FoundHeader {
  columns: Columns;
  separator: string;
  /** The header's physical line, or the last one of it. */
  line: number;
  /** Bytes behind the header, from its line end on. */
  rest: Buffer;
}

const SEPARATORS = [',', ';', '\t', '|'] as const;
/** Lines in which the header has to be: titles and blank lines may stand above it. */
const MAX_LINES = 50;
/** Lines that a header may have, where line ends are quoted. */
const MAX_HEADER_LINES = 4;
/** How a file says to Excel what separates its fields. */
const SEP = /^"?sep=(.?)"?$/i;

const enum Tried {
  /** It isn't the header. */
  Not,
  /** That depends on the next lines. */
  Open,
}

/** The header that came closest. */
interface Closest extends Unrecognised {
  line: number;
  separator: string;
  names: readonly string[];
}

/**
 * Looks for the header in the first lines of a CSV file: the first line that is the header of a layout with one of the
 * separators, which shows what separates. What stands above it is a title. Whether it is found doesn't depend on how
 * bytes arrive.
 */
export class HeaderSearch {
  private bytes: Buffer = Buffer.alloc(0);
  private readonly lines: { start: number; end: number }[] = [];
  /** Where the unfinished line begins, and how far line ends have been looked for. */
  private start = 0;
  private scanned = 0;
  private tried = 0;
  private sawText = false;
  private separators: readonly string[] = SEPARATORS;
  private closest: Closest | undefined;

  /** @param encoding of the file, for what is said of it */
  constructor(private readonly encoding: string) {}

  /**
   * The header, once it is there.
   * @throws ImportHeaderError if it can't be there any more
   */
  push(bytes: Buffer): FoundHeader | undefined {
    this.bytes = this.bytes.length === 0 ? bytes : Buffer.concat([this.bytes, bytes]);
    this.findLines();
    const isLast = this.lines.length === MAX_LINES || this.bytes.length > MAX_RECORD_BYTES;
    return this.tryLines(isLast) ?? (isLast ? this.refuse() : undefined);
  }

  /** @throws ImportHeaderError if there is none */
  finish(): FoundHeader {
    if (this.start < this.bytes.length) this.lines.push({ start: this.start, end: this.bytes.length });
    return this.tryLines(true) ?? this.refuse();
  }

  private findLines(): void {
    const { bytes, lines } = this;
    for (; this.scanned < Math.min(bytes.length, MAX_RECORD_BYTES) && lines.length < MAX_LINES; this.scanned += 1) {
      const byte = bytes[this.scanned];
      if (byte !== 0x0a && byte !== 0x0d) continue;
      const isSecondHalf = byte === 0x0a && this.scanned === this.start && bytes[this.scanned - 1] === 0x0d;
      if (!isSecondHalf) lines.push({ start: this.start, end: this.scanned });
      this.start = this.scanned + 1;
    }
  }

  /** @param isLast whether no more lines follow that are of interest */
  private tryLines(isLast: boolean): FoundHeader | undefined {
    for (; this.tried < this.lines.length; this.tried += 1) {
      const found = this.tryLine(this.tried, isLast);
      if (found === Tried.Open) return undefined;
      if (found !== Tried.Not) return found;
    }
    return undefined;
  }

  private tryLine(index: number, isLast: boolean): FoundHeader | Tried {
    const text = this.textOf(index, index);
    if (trimmed(text) === '') return Tried.Not;
    // Not trimmed at its end: the separator may be a tab.
    const said = this.sawText ? null : SEP.exec(text);
    if (said) {
      this.sawText = true;
      this.takeSeparator(said[1] ?? '');
      return Tried.Not;
    }
    for (const separator of this.separators) {
      const found = this.trySeparator(index, separator, isLast);
      if (found !== Tried.Not) return found;
    }
    this.sawText = true;
    return Tried.Not;
  }

  private trySeparator(index: number, separator: string, isLast: boolean): FoundHeader | Tried {
    for (let last = index; last < index + MAX_HEADER_LINES; last += 1) {
      const line = this.lines[last];
      if (!line && !isLast) return Tried.Open;
      if (!line) break;
      const names = splitFields(this.textOf(index, last), separator);
      if (names === undefined) continue; // a quote is open, perhaps to the next line
      const columns = recognise(names);
      if ('layout' in columns) return { columns, separator, line: last + 1, rest: this.bytes.subarray(line.end) };
      this.note(columns, { line: index + 1, separator, names });
      return Tried.Not;
    }
    const names = this.textOf(index, index).split(separator);
    const columns = recognise(names);
    const known = 'known' in columns ? columns.known : names.length;
    this.note({ known, fault: 'A quote is opened and not closed' }, { line: index + 1, separator, names });
    return Tried.Not;
  }

  private note(unrecognised: Unrecognised, where: Pick<Closest, 'line' | 'separator' | 'names'>): void {
    if (!this.closest || unrecognised.known > this.closest.known) this.closest = { ...unrecognised, ...where };
  }

  private textOf(first: number, last: number): string {
    return this.bytes.toString('utf8', this.lines[first]!.start, this.lines[last]!.end);
  }

  private takeSeparator(separator: string): void {
    if (!(SEPARATORS as readonly string[]).includes(separator)) {
      throw new ImportHeaderError(
        `Line 1 says that ${quoted(separator)} separates fields: it may be one of , ; | and tab`,
      );
    }
    this.separators = [separator];
  }

  private refuse(): never {
    const foreign = foreignFormat(this.bytes);
    if (foreign) throw new ImportHeaderError(`This is ${foreign}, not a price file. ${KNOWN_LAYOUTS}`);
    const { closest, encoding } = this;
    if (!closest) {
      if (this.bytes.length <= MAX_RECORD_BYTES)
        throw new ImportHeaderError('The file is empty: it has no header line');
      throw new ImportHeaderError(`The header line cannot be read: longer than ${MAX_RECORD_BYTES} bytes`);
    }
    const { line, separator, names, fault } = closest;
    const how = `read as ${encoding} with the separator ${separator === '\t' ? 'tab' : separator}`;
    throw new ImportHeaderError(
      `No line is the header of a known price file. Line ${line}, ${how}, has ${namesSeen(names)}. ${fault}. ${KNOWN_LAYOUTS}`,
    );
  }
}
