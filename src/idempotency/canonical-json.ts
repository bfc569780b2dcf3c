/**
 * A parsed body as one text, whatever order its members and whatever blanks, escapes and digits it was written with:
 * `{"b": 1.0, "a": "\u0041"}` is `{"a":"A","b":1}`. Numbers are compared as they were parsed, also those that JSON
 * can't hold (`1e999` is `Infinity`, not null). Depth is bounded where bodies are parsed.
 *
 * A copy with sorted members, made text by the engine: joining the text member by member took four times as long.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The same text in parts: of an object, of which none is longer than an item of a list or another member. */
export function* canonicalParts(body: object | string): Generator<string> {
  if (typeof body === 'string') {
    yield canonicalJson(body);
    return;
  }
  const names = Object.keys(sorted(Object.fromEntries(Object.keys(body).map((name) => [name, null]))) as object);
  let before = '{';
  for (const name of names) {
    const value = (body as Record<string, unknown>)[name];
    yield `${before}${JSON.stringify(name)}:`;
    if (Array.isArray(value)) yield* listParts(value);
    else yield canonicalJson(value);
    before = ',';
  }
  yield names.length === 0 ? '{}' : '}';
}

function* listParts(list: readonly unknown[]): Generator<string> {
  let before = '[';
  for (const item of list) {
    yield before + canonicalJson(item);
    before = ',';
  }
  yield list.length === 0 ? '[]' : ']';
}

function sorted(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { '': String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(fields).sort()) copy[name] = sorted(fields[name]);
  return copy;
}
