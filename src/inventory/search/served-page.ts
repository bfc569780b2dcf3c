import type { ReadyAnswer } from '../../http/index.js';
import type { ServedPage } from '../../search-cache/index.js';
import { isKnown } from '../if-match.js';

/**
 * A page goes out as the bytes it was stored as. `no-cache` lets clients keep it, and ask each time whether it holds.
 *
 * @param ifNoneMatch what the client has already
 */
export function servedPage({ body, etag, result }: ServedPage, ifNoneMatch: string | undefined): ReadyAnswer {
  const headers = ['x-cache', result, 'etag', etag, 'cache-control', 'no-cache'];
  if (isKnown(ifNoneMatch, etag)) return { status: 304, headers, body: null };
  headers.push('content-type', 'application/json; charset=utf-8');
  return { status: 200, headers, body };
}
