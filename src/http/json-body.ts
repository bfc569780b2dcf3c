import { isUtf8 } from 'node:buffer';
import { AppError } from '../infra/index.js';
import { refuseInheritedNames } from '../validation/index.js';

export class MalformedBodyError extends AppError {
  readonly code = 'malformed_body';
  readonly status = 400;
}

/** Levels of lists and objects; the deepest body, an inventory item's names, has four. */
const MAX_DEPTH = 16;
/** Members of one list or object: twice the longest list, so that one just too long is still refused by its name. */
const MAX_MEMBERS = 2_000;
/** Values of all levels; 1,000 inventory items with names in 64 languages have some 75,000. */
const MAX_VALUES = 100_000;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * The object in a JSON body. What is to be validated is bounded here: class-transformer recurses as deep as its input,
 * so that deep nesting would overflow the stack, and class-validator takes half a minute for 100,000 unknown fields.
 *
 * Throws `MalformedBodyError`, and `ValidationFailedError` for a field such as `__proto__`.
 */
export function parseJsonBody(body: Buffer): object {
  if (!isUtf8(body)) throw new MalformedBodyError('The body is not valid UTF-8');
  const value = parse(withoutMark(body.toString('utf8')));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedBodyError('The body must be a JSON object');
  }
  check(value);
  return value;
}

/** Editors and spreadsheets on Windows begin a file with a byte order mark. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedBodyError(`The body is not valid JSON: ${(error as Error).message}`);
  }
}

/** Level by level, since recursion is what it guards against. */
function check(root: object): void {
  let level: object[] = [root];
  for (let depth = 1, count = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new MalformedBodyError(`The body is nested deeper than ${MAX_DEPTH} levels`);
    const next: object[] = [];
    for (const parent of level) {
      const values = Object.values(parent) as unknown[];
      count += values.length;
      if (values.length > MAX_MEMBERS || count > MAX_VALUES) throw new MalformedBodyError('The body holds too much');
      refuseInheritedNames(parent);
      for (const value of values) if (typeof value === 'object' && value !== null) next.push(value);
    }
    level = next;
  }
}
