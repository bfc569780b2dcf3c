import { quoted } from './cells/refused-cell.js';
import { trimmed } from './cells/text.js';
import { PRICE_FILE_LAYOUTS } from '../../../contracts/index.js';

/** For refusals of whole files. */
export const KNOWN_LAYOUTS = `Layouts that are known: ${PRICE_FILE_LAYOUTS.join(', ')} (docs/price-files.md)`;

const MAX_NAMED = 12;

/** Names of columns or members, the first dozen of them. */
export function namesSeen(names: readonly string[]): string {
  const seen = names.map(trimmed).filter((name) => name !== '');
  if (seen.length === 0) return 'no names';
  const more = seen.length > MAX_NAMED ? ` and ${seen.length - MAX_NAMED} more` : '';
  return `${seen.slice(0, MAX_NAMED).map(quoted).join(', ')}${more}`;
}

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['504b0304', 'a ZIP archive, as Excel workbooks (.xlsx) are'],
  ['d0cf11e0', 'an Excel workbook (.xls)'],
  ['1f8b', 'compressed with gzip'],
  ['25504446', 'a PDF document'],
];

/** What the bytes are, if they are of a format that people send by mistake. */
export function foreignFormat(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 4).toString('hex');
  const found = SIGNATURES.find(([signature]) => head.startsWith(signature));
  if (found) return found[1];
  return /^\s*<[!?a-z]/i.test(bytes.toString('latin1', 0, 200)) ? 'a page in HTML or XML' : undefined;
}
