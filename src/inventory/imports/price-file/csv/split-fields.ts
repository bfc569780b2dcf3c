/**
 * The fields of a record whose quotes are in order, as the scanner found; undefined if they aren't. Blanks and control
 * characters before and behind a quoted field don't belong to it.
 */
export function splitFields(text: string, separator: string): string[] | undefined {
  if (!text.includes('"')) return text.split(separator);
  const fields: string[] = [];
  for (let at = 0; at <= text.length;) {
    const begin = pastBlanks(text, at, separator);
    let end: number;
    if (text[begin] === '"') {
      let close = text.indexOf('"', begin + 1);
      while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
      if (close < 0) return undefined;
      fields.push(text.slice(begin + 1, close).replaceAll('""', '"'));
      end = pastBlanks(text, close + 1, separator);
      if (end < text.length && text[end] !== separator) return undefined;
    } else {
      end = text.indexOf(separator, at);
      if (end === -1) end = text.length;
      fields.push(text.slice(at, end));
    }
    at = end + 1;
  }
  return fields;
}

function pastBlanks(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

const isBlank = (code: number): boolean => code <= 0x20 || code === 0x7f;
