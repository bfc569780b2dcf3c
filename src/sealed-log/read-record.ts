import type { RecordRow } from './event-record.js';

/** Members whose value is JSON of its own, and numbers; all others are texts. */
const AS_JSON: ReadonlySet<string> = new Set([
  'changes',
  'product',
  'vendor',
  'cause',
  'observation',
  'position',
  'seq',
]);

/**
 * The row that a line of the canonical form, or of an export, is of. JSON values are the text that stands in the line.
 *
 * @throws SyntaxError for anything else
 */
export function readRecord(line: string): { row: RecordRow; digest: string | undefined } {
  const row: Record<string, unknown> = { productId: null, category: null, product: null, vendor: null };
  Object.assign(row, { actor: null, cause: null, observation: null });
  for (const [member, json] of membersOf(line))
    row[member] = AS_JSON.has(member) ? json : (JSON.parse(json) as unknown);
  const { names, ...others } = row;
  if (typeof others.position !== 'string' || typeof others.changes !== 'string') throw new SyntaxError('Not an event');
  return { row: others as unknown as RecordRow, digest: names as string | undefined };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [BRACE, END_BRACE, BRACKET, END_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The members of a JSON object in a line that has no blanks between them, each with its value as it stands there. */
export function* membersOf(line: string): Generator<[member: string, json: string], void, undefined> {
  if (line.charCodeAt(0) !== BRACE) throw new SyntaxError('Not a JSON object');
  for (let start = 1; line.charCodeAt(start - 1) !== END_BRACE;) {
    const nameEnd = line.indexOf('":', start);
    if (line.charCodeAt(start) !== QUOTE || nameEnd < 0) throw new SyntaxError('Not a JSON object');
    const end = valueEnd(line, nameEnd + 2);
    yield [line.slice(start + 1, nameEnd), line.slice(nameEnd + 2, end)];
    start = end + 1;
  }
}

/** Where a value ends: at the comma or brace that belongs to the object around it. */
function valueEnd(line: string, start: number): number {
  let depth = 0;
  for (let index = start; index < line.length; index += 1) {
    const code = line.charCodeAt(index);
    if (code === QUOTE) index = stringEnd(line, index);
    else if (code === BRACE || code === BRACKET) depth += 1;
    else if (depth > 0 && (code === END_BRACE || code === END_BRACKET)) depth -= 1;
    else if (depth === 0 && (code === COMMA || code === END_BRACE)) return index;
  }
  throw new SyntaxError('The JSON object has no end');
}

function stringEnd(line: string, start: number): number {
  for (let end = line.indexOf('"', start + 1); end >= 0; end = line.indexOf('"', end + 1)) {
    let escapes = 0;
    while (line.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  throw new SyntaxError('The JSON text has no end');
}
