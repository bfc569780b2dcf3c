import { hash } from 'node:crypto';
import type { PageOptions, ProductFilters, ProductSearchOptions, VendorFilters } from '../contracts/index.js';

export type SearchKind = 'product' | 'vendor';

/**
 * The key of a search: the same whatever the order of its filters, absent or empty ones, and the case and spacing of
 * its text. Filters that the database compares exactly keep their case.
 */
export function productSearchKey(filters: ProductFilters, options: ProductSearchOptions): string {
  const q = text(filters.q);
  const sort = options.sort === 'relevance' || options.sort === undefined ? (q ? 'relevance' : 'newest') : options.sort;
  return key('product', { ...filters, q }, { ...options, sort });
}

export function vendorSearchKey(filters: VendorFilters, options: PageOptions): string {
  return key('vendor', { ...filters, q: text(filters.q) }, options);
}

function key(kind: SearchKind, filters: object, options: object): string {
  const given = Object.entries({ ...filters, ...options }).filter(([, value]) => value !== undefined && value !== '');
  const canonical = JSON.stringify(given.sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${kind}:${hash('sha1', canonical, 'base64url')}`;
}

/**
 * As the search's tokeniser sees it: compatibility forms, case and runs of white space make no difference. White space
 * is Unicode's; `\s` and `trim` would take U+FEFF too, which joins two halves of a word and doesn't part two words.
 */
function text(q: string | undefined): string | undefined {
  const words = q
    ?.normalize('NFKC')
    .toLowerCase()
    .split(/\p{White_Space}+/u);
  return words?.filter((word) => word !== '').join(' ') || undefined;
}
