/** A record, or why the line is none. `line` is the physical line at which it starts. */
export type RawRecord = { line: number; text: string } | { line: number; reason: string };

/** Bytes of a record. */
export const MAX_RECORD_BYTES = 64 * 1024;
const MAX_RECORD_LINES = 16;

const enum At {
  /** Only blanks so far. */
  FieldStart,
  Unquoted,
  Quoted,
  /** A quote inside a quoted field: its end, or half of an escaped quote. */
  QuoteInQuoted,
  /** Only blanks since the closing quote. */
  AfterQuoted,
  /** In a refused line, up to its end. */
  Refused,
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/** Blanks and control characters, which may stand around a quoted field. Line ends are no part of a field. */
const isBlank = (byte: number): boolean => byte <= 0x20 || byte === 0x7f;

/**
 * Cuts bytes of UTF-8 into CSV records (RFC 4180 with any separator of one byte; lines end in LF, CRLF or CR; blank
 * lines are passed over). It works on bytes, as every byte it looks for is ASCII, so a chunk may end inside a
 * character.
 *
 * A stray quote costs the line it is in and no more: when a quoted field is not properly closed within 16 lines or
 * 64 KiB, or before the file ends, the record's first line is refused and reading resumes at the second. The line limit
 * also bounds how often a hostile file can have the same bytes read again.
 *
 * csv-parse 7.0 was tried and left: it counts CRLF inside quotes as two lines, its max_record_size does not see a line
 * of nothing but commas, and with skip_records_with_error a stray quote or a long line takes every row after it, up to
 * the next quote or the end of the chunk.
 */
export class RecordScanner {
  // The unfinished record (at most MAX_RECORD_BYTES) and one more slice.
  private readonly store = Buffer.allocUnsafe(2 * MAX_RECORD_BYTES);
  private filled: Buffer = this.store.subarray(0, 0);
  private start = 0;
  private next = 0;
  private end = 0;
  private innerBreaks = 0;
  private at = At.FieldStart;
  private afterCr = false;
  private nextQuote = -1;
  private nextCr = -1;
  private readonly separator: number;

  /**
   * @param separator an ASCII character
   * @param line the number of the first line
   */
  constructor(
    separator: string,
    private line: number,
  ) {
    this.separator = separator.charCodeAt(0);
  }

  /** Records completed by these bytes, at most MAX_RECORD_BYTES of them; take them all before the next push. */
  *push(bytes: Buffer): Generator<RawRecord, void, void> {
    if (this.end + bytes.length > this.store.length) {
      this.store.copyWithin(0, this.start, this.end);
      this.next -= this.start;
      this.end -= this.start;
      this.start = 0;
    }
    this.end += bytes.copy(this.store, this.end);
    this.filled = this.store.subarray(0, this.end);
    this.nextQuote = this.nextCr = -1;
    yield* this.scan();
  }

  *finish(): Generator<RawRecord, void, void> {
    yield* this.scan();
    while (this.at === At.Quoted) {
      yield this.refuse('a quote is opened and not closed');
      yield* this.scan();
    }
    if (this.at !== At.Refused && this.start < this.end) yield* this.complete(this.end);
  }

  private *scan(): Generator<RawRecord, void, void> {
    while (this.next < this.end) {
      const lineEnd = this.plainLineEnd();
      if (lineEnd !== undefined) {
        this.next = lineEnd.next;
        yield* this.complete(lineEnd.end);
        continue;
      }
      const byte = this.store[this.next++]!;
      if (this.afterCr) {
        this.afterCr = false;
        if (byte === LF) {
          this.start = this.next;
          continue;
        }
      }
      if ((byte === LF || byte === CR) && this.at !== At.Quoted) {
        if (this.at === At.Refused) this.newRecord();
        else yield* this.complete(this.next - 1);
        this.afterCr = byte === CR;
        continue;
      }
      const fault = this.step(byte) ?? this.overlong();
      if (fault !== undefined) yield this.refuse(fault);
      if (this.at === At.Refused) this.start = this.next;
    }
  }

  /** Where the line ends that begins here, if it has no quote and no other line end: most lines need no closer look. */
  private plainLineEnd(): { end: number; next: number } | undefined {
    if (this.next !== this.start || this.afterCr || this.at !== At.FieldStart) return undefined;
    const lf = this.filled.indexOf(LF, this.next);
    if (lf < 0 || lf - this.start > MAX_RECORD_BYTES) return undefined;
    this.nextQuote = this.ahead(this.nextQuote, QUOTE);
    if (this.nextQuote < lf) return undefined;
    this.nextCr = this.ahead(this.nextCr, CR);
    if (this.nextCr < lf - 1) return undefined;
    return { end: this.nextCr === lf - 1 ? lf - 1 : lf, next: lf + 1 };
  }

  /** The place of the next such byte, looked for again only once the last one is passed. */
  private ahead(place: number, byte: number): number {
    if (place >= this.next) return place;
    const found = this.filled.indexOf(byte, this.next);
    return found < 0 ? Infinity : found;
  }

  /** Moves over one byte that does not end the record; returns what is wrong with it, if anything. */
  private step(byte: number): string | undefined {
    switch (this.at) {
      case At.FieldStart:
        if (byte === QUOTE) this.at = At.Quoted;
        else if (byte !== this.separator && !isBlank(byte)) this.at = At.Unquoted;
        return undefined;
      case At.Unquoted:
        if (byte === this.separator) this.at = At.FieldStart;
        return undefined;
      case At.Quoted:
        if (byte === QUOTE) this.at = At.QuoteInQuoted;
        else if (byte === CR || (byte === LF && this.store[this.next - 2] !== CR)) this.innerBreaks++;
        return this.innerBreaks < MAX_RECORD_LINES ? undefined : 'a quote is opened and not closed';
      case At.QuoteInQuoted:
        if (byte === QUOTE) this.at = At.Quoted;
        else return this.afterQuoted(byte);
        return undefined;
      case At.AfterQuoted:
        return this.afterQuoted(byte);
      case At.Refused:
        return undefined;
    }
  }

  private afterQuoted(byte: number): string | undefined {
    if (byte === this.separator) this.at = At.FieldStart;
    else if (isBlank(byte)) this.at = At.AfterQuoted;
    else return 'a closing quote is followed by other text';
    return undefined;
  }

  private overlong(): string | undefined {
    return this.next - this.start > MAX_RECORD_BYTES ? `longer than ${MAX_RECORD_BYTES} bytes` : undefined;
  }

  private *complete(end: number): Generator<RawRecord, void, void> {
    const text = this.store.toString('utf8', this.start, end);
    const { line } = this;
    this.newRecord();
    if (text.trim() !== '') yield { line, text };
  }

  private newRecord(): void {
    this.line += this.innerBreaks + 1;
    this.innerBreaks = 0;
    this.start = this.next;
    this.at = At.FieldStart;
  }

  /** Gives the record's first line up; what was read beyond it is read again, as new records. */
  private refuse(reason: string): RawRecord {
    const { line } = this;
    const spansLines = this.innerBreaks > 0;
    this.innerBreaks = 0;
    this.at = At.Refused;
    if (spansLines) this.next = this.start;
    return { line, reason };
  }
}
