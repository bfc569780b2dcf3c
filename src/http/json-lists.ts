const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Bytes, or strings, after which a scan may be interrupted: some hundred microseconds. */
const STEP = 16 * 1_024;

/** Bytes of blanks in a list without items; with more it counts as malformed. */
const LONGEST_BLANK = 1_024;

/** Where one item of a list begins and ends, in bytes. */
type Item = readonly [from: number, to: number];

/** The items of one list. */
interface List {
  from: number;
  to: number;
  items: Item[];
}

/**
 * Finds the items of the lists directly below the object that a JSON text is, without parsing it: so it can be parsed
 * piece by piece. Only where values begin and end is looked at; whether they are JSON shows when the pieces are parsed.
 */
export class JsonLists {
  /** There is an item or a list too many, or the brackets don't match. */
  fault = false;
  private readonly lists: List[] = [];

  /** @param most items of one list, and lists of the body */
  constructor(
    private readonly body: Buffer,
    private readonly most: { items: number; lists: number },
  ) {}

  /** To be gone through to its end, in as many goes as one likes. */
  *scan(): Generator<void> {
    const { body } = this;
    let depth = 0;
    let list: List | undefined;
    let from = 0;
    const add = (to: number): void => {
      list!.items.push([from, to]);
      from = to + 1;
      if (list!.items.length > this.most.items) this.fault = true;
    };
    for (let at = 0, steps = 0; at < body.length && !this.fault; at += 1, steps += 1) {
      if (steps % STEP === STEP - 1) yield;
      switch (body[at]) {
        case QUOTE:
          at = endOfString(body, at);
          break;
        case OPEN_LIST:
          depth += 1;
          if (depth !== 2) break;
          from = at + 1;
          list = { from, to: from, items: [] };
          break;
        case OPEN_OBJECT:
          depth += 1;
          break;
        case COMMA:
          if (depth === 2 && list) add(at);
          break;
        case CLOSE_LIST:
          if (depth === 2 && list) {
            add(at);
            list.to = at;
            if (this.lists.push(list) > this.most.lists) this.fault = true;
            list = undefined;
          }
          depth -= 1;
          break;
        case CLOSE_OBJECT:
          // Of a list that is none.
          if (depth === 2 && list) this.fault = true;
          depth -= 1;
          break;
      }
    }
    // A list that never ends is left where it is, and isn't JSON there, either.
    for (const one of this.lists) if (isBlank(body, one)) one.items = [];
  }

  /** Of each list; which one it is stands in `rest`. */
  get items(): readonly (readonly Item[])[] {
    return this.lists.map(({ items }) => items);
  }

  /** Bytes of the longest item, or of `rest` if that is longer. */
  get longest(): number {
    let rest = this.body.length;
    let longest = 0;
    for (const { from, to, items } of this.lists) {
      rest -= to - from;
      for (const [begin, end] of items) longest = Math.max(longest, end - begin);
    }
    return Math.max(longest, rest);
  }

  /** The text with each list's number in place of its items. */
  get rest(): string {
    let text = '';
    let at = 0;
    this.lists.forEach(({ from, to }, index) => {
      text += `${this.body.toString('utf8', at, from)}${index}`;
      at = to;
    });
    return text + this.body.toString('utf8', at);
  }

  /** The items as JSON lists of some `bytes` each. */
  *groups(items: readonly Item[], bytes: number): Generator<{ text: string; count: number }> {
    for (let first = 0, last = 0; first < items.length; first = last) {
      const [from] = items[first]!;
      let to = from;
      while (last < items.length && (last === first || items[last]![1] - from <= bytes)) to = items[last++]![1];
      yield { text: `[${this.body.toString('utf8', from, to)}]`, count: last - first };
    }
  }
}

/** Where the string that begins at `from` ends; the end of the text if it doesn't. */
function endOfString(body: Buffer, from: number): number {
  for (let at = from + 1; ; at += 1) {
    at = body.indexOf(QUOTE, at);
    if (at < 0) return body.length;
    let before = at;
    while (body[before - 1] === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 0) return at;
  }
}

/** A list without items has one for the scan, which consists of blanks. */
function isBlank(body: Buffer, { from, to, items }: List): boolean {
  return items.length === 1 && to - from <= LONGEST_BLANK && /^[ \t\n\r]*$/.test(body.toString('latin1', from, to));
}
