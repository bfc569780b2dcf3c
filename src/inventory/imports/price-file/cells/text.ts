import { isLonger } from '../../../../validation/index.js';
import { RefusedCell } from './refused-cell.js';

const MAX_LENGTH = 200;
/** What most cells are; nothing in them needs a closer look. */
const PRINTABLE_ASCII = /^[ -~]*$/;
const CONTROL = /\p{Cc}/u;

/**
 * A cell without white space, control characters and invisible marks at its ends; exports of web pages and spreadsheets
 * leave them there. Inside, they stay: two joined letters of an Indian script may be held apart by one.
 */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isEdge(text.charCodeAt(start))) start += 1;
  while (start < end && isEdge(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** White space of Unicode, control characters, zero-width space, direction marks, word joiner, byte order mark. */
function isEdge(code: number): boolean {
  if (code <= 0x20) return true;
  if (code < 0x7f) return false;
  if (code <= 0xa0) return true;
  if (code < 0x1680) return false;
  return (
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x200e ||
    code === 0x200f ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2060 ||
    code === 0x3000 ||
    code === 0xfeff ||
    code === 0x1680
  );
}

/**
 * The text of a cell, trimmed and in NFC. What could not be decoded is U+FFFD; a file that holds that very character
 * lost text before.
 *
 * @param encoding of the file, for the reason
 * @throws RefusedCell
 */
export function readText(cell: string, encoding: string): string {
  const text = trimmed(cell);
  const isPlain = PRINTABLE_ASCII.test(text);
  if (!isPlain) {
    if (CONTROL.test(text)) throw new RefusedCell('contains a control character');
    if (text.includes('\uFFFD') || !text.isWellFormed()) throw new RefusedCell(`is not valid ${encoding}`);
  }
  const normalised = isPlain ? text : text.normalize('NFC');
  if (isLonger(normalised, MAX_LENGTH)) throw new RefusedCell(`longer than ${MAX_LENGTH} characters`);
  return normalised;
}
