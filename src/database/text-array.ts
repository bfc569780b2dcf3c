/**
 * PostgreSQL's literal of a `text[]`, each value in quotes. The driver makes the same of an array, but quotes a value
 * that comes a thousand times in a row as often, and puts the text together from four thousand pieces.
 * Source: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function textArray(values: Iterable<string | null>): string {
  const items: string[] = [];
  let last: string | null = null;
  let quoted = 'NULL';
  for (const value of values) {
    if (value !== last) quoted = value === null ? 'NULL' : `"${value.replace(/[\\"]/g, '\\$&')}"`;
    last = value;
    items.push(quoted);
  }
  return `{${items.join()}}`;
}

/** The same of values that need no quotes, as numbers, days and UUIDs. */
export function plainArray(values: readonly (number | string | null | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join()}}`;
}
