import { LRUCache } from 'lru-cache';

/** Content codings, the better one first. */
const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Clients are of few kinds, so a header is mostly one that was seen before. */
const REMEMBERED = 100;
const LONGEST = 100;
const known = new LRUCache<string, Encoding | 'none'>({ max: REMEMBERED });

/** The best coding that `Accept-Encoding` names and doesn't rule out with `q=0`; undefined: the bytes as they are. */
export function acceptedEncoding(header: string | string[] | undefined): Encoding | undefined {
  if (header === undefined || header === '') return undefined;
  const text = typeof header === 'string' ? header : header.join();
  let found = known.get(text);
  if (found === undefined) {
    found = ENCODINGS.find((encoding) => accepts(text, encoding)) ?? 'none';
    if (text.length <= LONGEST) known.set(text, found);
  }
  return found === 'none' ? undefined : found;
}

function accepts(header: string, encoding: Encoding): boolean {
  return header.split(',').some((part) => {
    const [name = '', quality = ''] = part.toLowerCase().split(';', 2);
    return name.trim() === encoding && !/^q=0(?:\.0*)?$/.test(quality.trim());
  });
}
