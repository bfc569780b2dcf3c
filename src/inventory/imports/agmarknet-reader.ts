import {
  type AgmarknetColumns,
  AgmarknetHeaderError,
  type AgmarknetRow,
  readHeader,
  readRow,
} from './agmarknet-row.js';

/** `line` is the physical line at which the record starts; the header is line 1. */
export type AgmarknetLine = { line: number; row: AgmarknetRow } | { line: number; reason: string };

/** Bytes as they arrive: a `Readable`, or what stands in for one. */
export interface ChunkSource {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterable<unknown>;
}

/**
 * Reads an Agmarknet CSV file of any length in the memory of 64 KiB of it, as fast as the caller asks for rows. A row
 * that cannot be used is yielded with its reason, and reading goes on. Does not close `input`, not even when it throws:
 * an HTTP handler must still be able to answer on the same socket.
 *
 * @throws AgmarknetHeaderError when the file is empty or lacks a needed column; whatever error `input` fails with.
 */
export async function* readAgmarknet(input: ChunkSource): AsyncGenerator<AgmarknetLine, void, void> {
  for await (const lines of readAgmarknetBatches(input)) yield* lines;
}

/** The same, as many rows at once as 64 KiB of the file have: to wait for each of them takes longer than to read it. */
export async function* readAgmarknetBatches(input: ChunkSource): AsyncGenerator<AgmarknetLine[], void, void> {
  let columns: AgmarknetColumns | undefined;
  for await (const records of recordBatches(input)) {
    const lines: AgmarknetLine[] = [];
    for (const record of records) {
      if (columns === undefined) columns = toColumns(record);
      else if ('reason' in record) lines.push(record);
      else lines.push({ line: record.line, ...readRow(columns, splitFields(record.text)) });
    }
    yield lines;
  }
  if (columns === undefined) throw new AgmarknetHeaderError('The file is empty: it has no header line');
}

function toColumns(header: RawRecord): AgmarknetColumns {
  if ('reason' in header) throw new AgmarknetHeaderError(`The header line cannot be read: ${header.reason}`);
  return readHeader(splitFields(header.text));
}

const MAX_RECORD_BYTES = 64 * 1024;
const MAX_RECORD_LINES = 16;

async function* recordBatches(input: ChunkSource): AsyncGenerator<Iterable<RawRecord>, void, void> {
  const scanner = new RecordScanner();
  for await (const chunk of input.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string | Uint8Array);
    for (let at = 0; at < bytes.length; at += MAX_RECORD_BYTES) {
      yield scanner.push(bytes.subarray(at, at + MAX_RECORD_BYTES));
    }
  }
  yield scanner.finish();
}

type RawRecord = { line: number; text: string } | { line: number; reason: string };

const enum At {
  FieldStart,
  Unquoted,
  Quoted,
  /** A quote inside a quoted field: its end, or half of an escaped quote. */
  QuoteInQuoted,
  /** In a refused line, up to its end. */
  Refused,
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BOM = Buffer.from('\uFEFF');

/**
 * Cuts bytes into CSV records (RFC 4180; lines end in LF, CRLF or CR; blank lines are passed over). It works on bytes,
 * as every byte it looks for is ASCII, so a chunk may end inside a character.
 *
 * A stray quote costs the line it is in and no more: when a quoted field is not properly closed within 16 lines or
 * 64 KiB, or before the file ends, the record's first line is refused and reading resumes at the second. The line limit
 * also bounds how often a hostile file can have the same bytes read again.
 *
 * csv-parse 7.0 was tried and left: it counts CRLF inside quotes as two lines, its max_record_size does not see a line
 * of nothing but commas, and with skip_records_with_error a stray quote or a long line takes every row after it, up to
 * the next quote or the end of the chunk.
 */
class RecordScanner {
  // The unfinished record (at most MAX_RECORD_BYTES) and one more slice.
  private readonly store = Buffer.allocUnsafe(2 * MAX_RECORD_BYTES);
  private start = 0;
  private next = 0;
  private end = 0;
  private line = 1;
  private innerBreaks = 0;
  private at = At.FieldStart;
  private atFileStart = true;
  private afterCr = false;

  /** Records completed by these bytes, at most MAX_RECORD_BYTES of them; take them all before the next push. */
  *push(bytes: Buffer): Generator<RawRecord, void, void> {
    if (this.end + bytes.length > this.store.length) {
      this.store.copyWithin(0, this.start, this.end);
      this.next -= this.start;
      this.end -= this.start;
      this.start = 0;
    }
    this.end += bytes.copy(this.store, this.end);
    if (this.end >= BOM.length) yield* this.scan();
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
    if (this.atFileStart) {
      this.atFileStart = false;
      if (this.store.subarray(0, Math.min(this.end, BOM.length)).equals(BOM)) this.start = this.next = BOM.length;
    }
    while (this.next < this.end) {
      const byte = this.store[this.next++];
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

  /** Moves over one byte that does not end the record; returns what is wrong with it, if anything. */
  private step(byte: number | undefined): string | undefined {
    switch (this.at) {
      case At.FieldStart:
        this.at = byte === QUOTE ? At.Quoted : byte === COMMA ? At.FieldStart : At.Unquoted;
        return undefined;
      case At.Unquoted:
        if (byte === COMMA) this.at = At.FieldStart;
        return undefined;
      case At.Quoted:
        if (byte === QUOTE) this.at = At.QuoteInQuoted;
        else if (byte === CR || (byte === LF && this.store[this.next - 2] !== CR)) this.innerBreaks++;
        return this.innerBreaks < MAX_RECORD_LINES ? undefined : 'a quote is opened and not closed';
      case At.QuoteInQuoted:
        if (byte !== QUOTE && byte !== COMMA) return 'a closing quote is followed by other text';
        this.at = byte === QUOTE ? At.Quoted : At.FieldStart;
        return undefined;
      case At.Refused:
        return undefined;
    }
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

/** The fields of a record whose quotes the scanner found to be in order. */
function splitFields(text: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const fields: string[] = [];
  for (let at = 0; at <= text.length;) {
    let end: number;
    if (text[at] === '"') {
      end = text.indexOf('"', at + 1) + 1;
      while (text[end] === '"') end = text.indexOf('"', end + 1) + 1;
      fields.push(text.slice(at + 1, end - 1).replaceAll('""', '"'));
    } else {
      end = text.indexOf(',', at);
      if (end === -1) end = text.length;
      fields.push(text.slice(at, end));
    }
    at = end + 1;
  }
  return fields;
}
