import { ImportMalformedError } from '../import-file.errors.js';

/** What is found in a JSON document, in its order. */
export type JsonPart =
  /** A list of records or of states begins; `key` is the member that it is, if any. */
  | { part: 'list'; of: 'record' | 'state'; key: string | undefined }
  /** A text or number beside the lists. */
  | { part: 'fact'; of: 'file' | 'state'; key: string; value: unknown }
  /** A record, or a market with all that it has; null if it is too long. */
  | { part: 'unit'; of: 'record' | 'market'; text: string | null }
  | { part: 'state-end' };

/** Bytes. */
export const MAX_JSON_RECORD = 64 * 1024;
export const MAX_JSON_MARKET = 512 * 1024;
/** Bytes of a name or a text beside the lists; longer ones are passed over. */
const MAX_FACT = 4 * 1024;
/** Bytes of a number or a word. */
const MAX_LITERAL = 100;
/** How deep lists may be: `{"data": {"states": [{"markets": …` */
const MAX_DEPTH = 8;

type Role = 'outer' | 'records' | 'states' | 'state' | 'markets';

/** An object or list that is gone into. */
interface Frame {
  role: Role;
  isObject: boolean;
  key: string | undefined;
}

/** An object or list that is taken as a whole, or passed over. */
interface Whole {
  depth: number;
  inText: boolean;
  escaped: boolean;
  of: 'record' | 'market' | null;
  bytes: number;
  parts: Buffer[] | null;
}

const enum Expect {
  Value,
  ValueOrEnd,
  Name,
  NameOrEnd,
  Colon,
  CommaOrEnd,
  Nothing,
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isOpening = (byte: number): boolean => byte === OPEN_OBJECT || byte === OPEN_LIST;
const isClosing = (byte: number): boolean => byte === CLOSE_OBJECT || byte === CLOSE_LIST;

/** Members that lists may be under. */
const ENTERED = new Set(['data', 'result', 'output', 'response']);

/**
 * Finds records in JSON of any length, in the memory of one of them: in a list at the top, in `records` or `data`, and
 * the markets of `states[].markets`. Everything else is passed over. Bytes are looked at once; a record is parsed by
 * JSON.parse when all of it is there.
 */
export class JsonScanner {
  private readonly frames: Frame[] = [];
  private expect = Expect.Value;
  private whole: Whole | undefined;
  /** A name, text, number or word that has begun. */
  private scalar: { isText: boolean; escaped: boolean; bytes: number[] } | undefined;
  private bytesBefore = 0;
  private slice: Buffer = Buffer.alloc(0);
  private at = 0;

  /** @throws ImportMalformedError */
  *push(slice: Buffer): Generator<JsonPart, void, void> {
    this.slice = slice;
    for (this.at = 0; this.at < slice.length;) {
      if (this.whole) yield* this.continueWhole(this.whole);
      else if (this.scalar) yield* this.continueScalar(this.scalar);
      else yield* this.step(slice[this.at]!);
    }
    this.bytesBefore += slice.length;
  }

  /** @throws ImportMalformedError */
  *finish(): Generator<JsonPart, void, void> {
    this.slice = Buffer.from(' '); // ends a number at the end
    this.at = 0;
    if (this.scalar && !this.scalar.isText) yield* this.continueScalar(this.scalar);
    if (this.expect !== Expect.Nothing) throw new ImportMalformedError('The body is not valid JSON: it ends too early');
  }

  private *step(byte: number): Generator<JsonPart, void, void> {
    if (isBlank(byte)) {
      this.at += 1;
      return;
    }
    const { expect } = this;
    const top = this.frames.at(-1);
    if (expect === Expect.Colon && byte === COLON) this.accept(Expect.Value);
    else if (expect === Expect.CommaOrEnd && byte === COMMA) this.accept(top!.isObject ? Expect.Name : Expect.Value);
    else if (this.mayEnd() && byte === (top!.isObject ? CLOSE_OBJECT : CLOSE_LIST)) yield* this.leave();
    else if ((expect === Expect.Name || expect === Expect.NameOrEnd) && byte === QUOTE) this.beginScalar(true);
    else if (expect !== Expect.Value && expect !== Expect.ValueOrEnd) this.fail();
    else if (isOpening(byte)) yield* this.open(byte === OPEN_OBJECT);
    else if (isClosing(byte) || byte === COMMA || byte === COLON) this.fail();
    else this.beginScalar(byte === QUOTE);
  }

  private mayEnd(): boolean {
    return this.expect === Expect.CommaOrEnd || this.expect === Expect.NameOrEnd || this.expect === Expect.ValueOrEnd;
  }

  private accept(next: Expect): void {
    this.at += 1;
    this.expect = next;
  }

  private *open(isObject: boolean): Generator<JsonPart, void, void> {
    const role = this.roleOf(isObject);
    if (role === null || this.frames.length >= MAX_DEPTH) {
      const parent = this.frames.at(-1)?.role;
      const of = !isObject ? null : parent === 'records' ? 'record' : parent === 'markets' ? 'market' : null;
      if (of === null && parent === 'records') yield { part: 'unit', of: 'record', text: '[]' };
      const parts = of === null ? null : [];
      this.whole = { depth: 0, inText: false, escaped: false, of, bytes: 0, parts };
      return;
    }
    const key = this.frames.at(-1)?.key;
    if (role === 'records') yield { part: 'list', of: 'record', key };
    if (role === 'states') yield { part: 'list', of: 'state', key };
    this.frames.push({ role, isObject, key: undefined });
    this.accept(isObject ? Expect.NameOrEnd : Expect.ValueOrEnd);
  }

  /** What an object or list is that begins here; null if it isn't gone into. */
  private roleOf(isObject: boolean): Role | null {
    const parent = this.frames.at(-1);
    if (!parent) return isObject ? 'outer' : 'records';
    const { role, key = '' } = parent;
    if (role === 'states' && isObject) return 'state';
    if (role === 'state' && !isObject && key === 'markets') return 'markets';
    if (role !== 'outer') return null;
    if (isObject) return ENTERED.has(key) ? 'outer' : null;
    return key === 'states' ? 'states' : key === 'records' || key === 'data' ? 'records' : null;
  }

  private *leave(): Generator<JsonPart, void, void> {
    const frame = this.frames.pop()!;
    if (frame.role === 'state') yield { part: 'state-end' };
    this.accept(this.frames.length === 0 ? Expect.Nothing : Expect.CommaOrEnd);
  }

  private *continueWhole(whole: Whole): Generator<JsonPart, void, void> {
    const { slice } = this;
    const from = this.at;
    let at = from;
    let { depth, inText, escaped } = whole;
    do {
      const byte = slice[at]!;
      at += 1;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (isOpening(byte)) depth += 1;
      else if (isClosing(byte)) depth -= 1;
    } while (depth > 0 && at < slice.length);
    this.at = at;
    Object.assign(whole, { depth, inText, escaped });
    whole.bytes += at - from;
    if (whole.bytes > (whole.of === 'market' ? MAX_JSON_MARKET : MAX_JSON_RECORD)) whole.parts = null;
    whole.parts?.push(slice.subarray(from, at));
    if (depth > 0) return;
    this.whole = undefined;
    this.expect = Expect.CommaOrEnd;
    if (whole.of) yield { part: 'unit', of: whole.of, text: whole.parts && Buffer.concat(whole.parts).toString() };
  }

  private beginScalar(isText: boolean): void {
    this.scalar = { isText, escaped: false, bytes: [] };
    if (!isText) return;
    this.scalar.bytes.push(QUOTE);
    this.at += 1;
  }

  private *continueScalar(scalar: NonNullable<typeof this.scalar>): Generator<JsonPart, void, void> {
    const { slice } = this;
    const { isText, bytes } = scalar;
    for (; this.at < slice.length; this.at += 1) {
      const byte = slice[this.at]!;
      if (!isText && (isBlank(byte) || byte === COMMA || isClosing(byte))) return yield* this.endScalar(bytes);
      // One more shows that it is too long.
      if (bytes.length <= MAX_FACT) bytes.push(byte);
      if (!isText && bytes.length > MAX_LITERAL) this.fail();
      if (!isText) continue;
      if (scalar.escaped) scalar.escaped = false;
      else if (byte === BACKSLASH) scalar.escaped = true;
      else if (byte === QUOTE) {
        this.at += 1;
        return yield* this.endScalar(bytes);
      }
    }
  }

  private *endScalar(bytes: number[]): Generator<JsonPart, void, void> {
    this.scalar = undefined;
    const value = bytes.length > MAX_FACT ? undefined : this.parse(bytes);
    const frame = this.frames.at(-1);
    if (this.expect === Expect.Name || this.expect === Expect.NameOrEnd) {
      frame!.key = typeof value === 'string' ? value : undefined;
      this.expect = Expect.Colon;
      return;
    }
    this.expect = frame ? Expect.CommaOrEnd : Expect.Nothing;
    if (frame?.role === 'records') yield { part: 'unit', of: 'record', text: JSON.stringify(value ?? null) };
    const isFact = frame?.isObject === true && frame.key !== undefined && value !== undefined;
    if (isFact) yield { part: 'fact', of: frame.role === 'state' ? 'state' : 'file', key: frame.key!, value };
  }

  private parse(bytes: number[]): unknown {
    try {
      return JSON.parse(Buffer.from(bytes).toString()) as unknown;
    } catch {
      return this.fail();
    }
  }

  private fail(): never {
    throw new ImportMalformedError(`The body is not valid JSON: at byte ${this.bytesBefore + this.at + 1}`);
  }
}
