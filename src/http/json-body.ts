import { isUtf8 } from 'node:buffer';
import { AppError, inSlices } from '../infra/index.js';
import { refuseInheritedNames } from '../validation/index.js';
import { JsonLists } from './json-lists.js';

export class MalformedBodyError extends AppError {
  readonly code = 'malformed_body';
  readonly status = 400;
}

/** Levels of lists and objects; the deepest body, an inventory item's names, has four. */
const MAX_DEPTH = 16;
/** Members of one list: twice the longest one, so that one just too long is still refused by its name. */
const MAX_ITEMS = 2_000;
/** Members of one object: three times as many as names may have. */
const MAX_MEMBERS = 200;
/** Values of all levels; 1,000 inventory items with names in 64 languages have some 75,000. */
const MAX_VALUES = 100_000;
/** Bytes of one item of a list, and of all that is in no list: texts of 20,000 characters fit, all of them escaped. */
const MAX_PART = 256 * 1_024;
/** Bytes of items that are parsed in one go. */
const GROUP = 32 * 1_024;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * The object in a JSON body; with `bare`, a string may be all of it.
 *
 * What is to be validated is bounded here: class-transformer recurses as deep as its input, so that deep nesting would
 * overflow the stack, and class-validator takes half a minute for 100,000 unknown fields.
 *
 * Throws `MalformedBodyError`, and `ValidationFailedError` for a field such as `__proto__`.
 */
export function parseJsonBody(body: Buffer, { bare = false } = {}): object | string {
  if (!isUtf8(body)) throw new MalformedBodyError('The body is not valid UTF-8');
  const value = parse(withoutMark(body.toString('utf8')));
  if (bare && typeof value === 'string') return value;
  const object = asObject(value);
  new Bounds().check(object);
  return object;
}

/**
 * The same for a large body, which keeps the event loop busy for some milliseconds at a time: the items of its lists
 * are parsed in groups. So what is large has to be in lists, directly below the object.
 *
 * Rejects with what `parseJsonBody` throws.
 */
export async function parseLargeJsonBody(body: Buffer): Promise<object> {
  if (!isUtf8(body)) throw new MalformedBodyError('The body is not valid UTF-8');
  const lists = new JsonLists(body, { items: MAX_ITEMS, lists: MAX_MEMBERS });
  await inSlices(lists.scan(), () => undefined);
  if (lists.fault || lists.longest > MAX_PART) throw tooMuch();
  const value = asObject(parse(withoutMark(lists.rest))) as Record<string, unknown>;
  const bounds = new Bounds();
  bounds.check(value);
  const parsed: unknown[][] = [];
  for (const items of lists.items) {
    const list: unknown[] = [];
    await inSlices(lists.groups(items, GROUP), ({ text, count }) => {
      const group = parse(text) as unknown[];
      // A comma too many is in no group.
      if (group.length !== count) throw new MalformedBodyError('The body is not valid JSON: a comma too many');
      bounds.check(group, 2);
      list.push(...group);
    });
    parsed.push(list);
  }
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(member)) value[name] = parsed[member[0] as number];
  }
  return value;
}

function asObject(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new MalformedBodyError('The body must be a JSON object');
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

const tooMuch = (): MalformedBodyError => new MalformedBodyError('The body holds too much');

/** What the values of one body may be between them. */
class Bounds {
  private count = 0;

  /**
   * Level by level, since recursion is what it guards against.
   * @param depth of the value in the body, from 1
   */
  check(root: object, depth = 1): void {
    let level: object[] = [root];
    for (; level.length > 0; depth += 1) {
      if (depth > MAX_DEPTH) throw new MalformedBodyError(`The body is nested deeper than ${MAX_DEPTH} levels`);
      const next: object[] = [];
      for (const parent of level) {
        const values = Object.values(parent) as unknown[];
        this.count += values.length;
        if (values.length > (Array.isArray(parent) ? MAX_ITEMS : MAX_MEMBERS)) throw tooMuch();
        if (this.count > MAX_VALUES) throw tooMuch();
        refuseInheritedNames(parent);
        for (const value of values) if (typeof value === 'object' && value !== null) next.push(value);
      }
      level = next;
    }
  }
}
