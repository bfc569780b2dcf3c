import type { FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import { LANGUAGES } from '../../glossary/index.js';

/** Headers remembered, and characters of one that is read. */
const REMEMBERED = 1_000;
const MAX_LENGTH = 200;

/** Languages that names are likely to be in: others would make pages of their own that show nothing else. */
const LIKELY: ReadonlySet<string> = new Set([...LANGUAGES, 'en']);
/** Languages of one header. */
const MOST = 2;

const remembered = new LRUCache<string, string>({ max: REMEMBERED });

/**
 * The languages that an `Accept-Language` header prefers, behind commas, as a search takes them for `lang`; undefined
 * if it says nothing of use.
 */
export function acceptedLanguages(header: string | undefined): string | undefined {
  if (header === undefined || header === '*' || header.length > MAX_LENGTH) return undefined;
  let accepted = remembered.get(header);
  if (accepted === undefined) remembered.set(header, (accepted = read(header)));
  return accepted === '' ? undefined : accepted;
}

function read(header: string): string {
  const ranges = header.split(',').map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const quality = parameters.map((one) => /^q=(\d(?:\.\d{0,3})?)$/i.exec(one)?.[1]).find((one) => one !== undefined);
    return { language: tag.toLowerCase().split('-')[0]!, quality: Number(quality ?? 1) };
  });
  const wanted = ranges
    .filter(({ language, quality }) => quality > 0 && LIKELY.has(language))
    .sort((one, other) => other.quality - one.quality)
    .map(({ language }) => language);
  return [...new Set(wanted)].slice(0, MOST).join(',');
}

/** Says that an answer depends on the languages that its client accepts, beside what it depends on already. */
export function varyByLanguage(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  void reply.header('vary', vary === undefined ? 'Accept-Language' : `${String(vary)}, Accept-Language`);
}
