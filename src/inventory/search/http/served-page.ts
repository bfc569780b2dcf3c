import type { ReadyAnswer } from '../../../http/index.js';
import type { ServedPage } from '../../../search-cache/index.js';
import type { PreparedSearch } from '../pages/search.service.js';
import { acceptedLanguages } from './accepted-languages.js';
import { isKnown } from '../../if-match.js';

/** Without a language of its own, a search has names in the one that the client prefers. */
export function inAcceptedLanguage(search: PreparedSearch, header: string | undefined): PreparedSearch {
  if (header === undefined || !search.inLanguage) return search;
  const languages = acceptedLanguages(header);
  return languages === undefined ? search : search.inLanguage(languages);
}

/**
 * A page goes out as the bytes it was stored as. `no-cache` lets clients keep it, and ask each time whether it holds.
 *
 * @param asked the search as its URL says it
 * @param ifNoneMatch what the client has already
 */
export function servedPage(
  { body, etag, result }: ServedPage,
  asked: PreparedSearch,
  ifNoneMatch: string | undefined,
): ReadyAnswer {
  const headers = ['x-cache', result, 'etag', etag, 'cache-control', 'no-cache'];
  if (asked.inLanguage) headers.push('vary', 'Accept-Language');
  if (isKnown(ifNoneMatch, etag)) return { status: 304, headers, body: null };
  headers.push('content-type', 'application/json; charset=utf-8');
  return { status: 200, headers, body };
}
