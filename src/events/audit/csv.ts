/** Beginnings of cells that spreadsheets run as formulas; some pass blanks over, or take full-width signs as well. */
const RUNS = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/;
const PLAIN = /^[A-Za-z0-9][\w .:/-]*$/;

/**
 * A line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe before it, and
 * whatever isn't plain is quoted, so that no other separator cuts it.
 */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return '';
  const text = String(value);
  if (PLAIN.test(text)) return text;
  return `"${RUNS.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
}
