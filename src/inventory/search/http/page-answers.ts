import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { IncomingHttpHeaders } from 'node:http';
import type { ReadyAnswer } from '../../../http/index.js';
import { acceptedEncoding, compress, type Encoding, MIN_COMPRESSED, weakTag } from '../../../infra/index.js';
import type { ServedPage } from '../../../search-cache/index.js';
import { isKnown } from '../../if-match.js';
import type { PreparedSearch } from '../pages/search.service.js';
import { acceptedLanguages } from './accepted-languages.js';

/** Bytes of compressed pages that are kept, each about an eighth of its page. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Without a language of its own, a search has names in the one that the client prefers. */
export function inAcceptedLanguage(search: PreparedSearch, header: string | undefined): PreparedSearch {
  if (header === undefined || !search.inLanguage) return search;
  const languages = acceptedLanguages(header);
  return languages === undefined ? search : search.inLanguage(languages);
}

/**
 * Pages as answers: the bytes that they were stored as, or these compressed, for clients that take it. A page is
 * compressed once: the result is kept under the page's tag, which no other bytes have, so nothing has to be
 * invalidated; the cache of pages decides which page it is.
 */
@Injectable()
export class PageAnswers {
  private readonly compressed = new LRUCache<string, Buffer>({
    maxSize: MAX_BYTES,
    sizeCalculation: (body) => body.length + 1,
  });

  /**
   * `no-cache` lets clients keep a page, and ask each time whether it holds. The tag of a compressed page is weak, and
   * holds for all forms of it.
   *
   * @param asked the search as its URL says it
   * @param headers of the request
   * @returns a promise only for a long page that was not compressed before
   */
  answer(page: ServedPage, asked: PreparedSearch, headers: IncomingHttpHeaders): ReadyAnswer | Promise<ReadyAnswer> {
    const vary = asked.inLanguage ? 'Accept-Language, Accept-Encoding' : 'Accept-Encoding';
    const encoding = page.body.length < MIN_COMPRESSED ? undefined : acceptedEncoding(headers['accept-encoding']);
    const etag = encoding === undefined ? page.etag : weakTag(page.etag);
    const fields = ['x-cache', page.result, 'etag', etag, 'cache-control', 'no-cache', 'vary', vary];
    if (isKnown(headers['if-none-match'], page.etag)) return { status: 304, headers: fields, body: null };
    fields.push('content-type', 'application/json; charset=utf-8');
    if (encoding === undefined) return { status: 200, headers: fields, body: page.body };
    fields.push('content-encoding', encoding);
    const body = this.inEncoding(page, encoding);
    if (Buffer.isBuffer(body)) return { status: 200, headers: fields, body };
    return body.then((bytes) => ({ status: 200, headers: fields, body: bytes }));
  }

  private inEncoding({ body, etag }: ServedPage, encoding: Encoding): Buffer | Promise<Buffer> {
    const key = encoding + etag;
    const keep = (bytes: Buffer): Buffer => {
      this.compressed.set(key, bytes);
      return bytes;
    };
    const known = this.compressed.get(key);
    if (known) return known;
    const bytes = compress(body, encoding);
    return Buffer.isBuffer(bytes) ? keep(bytes) : bytes.then(keep);
  }
}
