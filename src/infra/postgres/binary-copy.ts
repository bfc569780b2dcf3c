/** Of PostgreSQL's binary `COPY` format, in bytes: the header, how many fields a row has, and a field's length. */
const HEADER = 19;
const FIELD_COUNT = 2;
const LENGTH = 4;

/**
 * The first field of the first row; null if it is null. The header has no extension, as PostgreSQL knows none.
 * Source: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export function onlyValue(copied: Buffer): Buffer | null {
  const length = copied.readInt32BE(HEADER + FIELD_COUNT);
  const start = HEADER + FIELD_COUNT + LENGTH;
  return length < 0 ? null : copied.subarray(start, start + length);
}
