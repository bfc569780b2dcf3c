/** Reading of the tables in `data`: what a person who writes no programs can extend (see `data/README.md`). */
import { readFileSync } from 'node:fs';

/**
 * The rows of a table: UTF-8, a header, cells divided by tabs. Cells are trimmed and NFC; no cell of a row but the last
 * may be left out.
 *
 * @param file name in `data`
 * @param columns what the header says, in order
 * @throws Error that names file and line if the header is another or a row has more or fewer cells
 */
export function readTable<Column extends string>(
  file: string,
  columns: readonly Column[],
): Readonly<Record<Column, string>>[] {
  const lines = readLines(file);
  const header = lines.shift() ?? '';
  if (header !== columns.join('\t')) throw new Error(`${file}: the header must be ${columns.join(', ')}`);
  return lines.map((line, i) => {
    const cells = line.split('\t').map((cell) => cell.trim().normalize('NFC'));
    if (cells.length === columns.length - 1) cells.push('');
    if (cells.length !== columns.length) {
      throw new Error(`${file}, line ${i + 2}: ${cells.length} cells where ${columns.length} are expected`);
    }
    return Object.fromEntries(columns.map((column, at) => [column, cells[at]!])) as Record<Column, string>;
  });
}

/** The lines of a text in `data`, without the empty ones at its end. */
export function readLines(file: string): string[] {
  return readFileSync(new URL(`./data/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split(/\r?\n/);
}
