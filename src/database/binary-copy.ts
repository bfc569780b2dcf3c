/** Of PostgreSQL's binary `COPY` format, in bytes: the header, how many fields a row has, and a field's length. */
const HEADER = 19;
const FIELD_COUNT = 2;
const LENGTH = 4;

/**
 * Goes through rows as `COPY … TO STDOUT (FORMAT binary)` sends them, neither copying nor decoding anything. The header
 * has no extension, as PostgreSQL knows none.
 * Source: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export class CopiedRows {
  /** Where the field begins and ends in `bytes`. */
  start = 0;
  end: number;

  /** @param at where to begin: what `end` was once a row had been gone to */
  constructor(
    readonly bytes: Buffer,
    at = HEADER,
  ) {
    this.end = at;
  }

  /** Goes to the next row, whose fields must all have been gone through; false if there is none. */
  nextRow(): boolean {
    const fields = this.bytes.readInt16BE(this.end);
    this.end += FIELD_COUNT;
    return fields >= 0;
  }

  /** Goes to the row's next field; false if that is null, and then it is empty. */
  nextField(): boolean {
    const length = this.bytes.readInt32BE(this.end);
    this.start = this.end + LENGTH;
    this.end = this.start + Math.max(0, length);
    return length >= 0;
  }

  /** The field, if that is text or JSON. */
  text(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }
}
