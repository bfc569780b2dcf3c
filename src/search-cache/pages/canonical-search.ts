import { hash } from 'node:crypto';
import {
  DEFAULT_CURRENCY,
  DEFAULT_PER,
  type PageOptions,
  type ProductFilters,
  type ProductSearchOptions,
  type VendorFilters,
} from '../../contracts/index.js';

/** Other searches that a page may be of, each of which finds what any of its parts finds; in the same listing. */
export interface LooserSearches {
  /** Those that take its place, one after the other, while nothing is found. */
  steps?: readonly (readonly ProductFilters[])[];
  /** Those whose finds may follow its own. */
  followUps?: readonly (readonly ProductFilters[])[];
}

export type SearchKind = 'product' | 'vendor';

/**
 * The key of a search: the same whatever the order of its filters, absent, empty or default ones, and the case and
 * spacing of its text. Filters that the database compares exactly keep their case.
 *
 * @param looser searches that take its place or follow it: what a text is taken for is part of the key, so that a page
 *   never outlives a vocabulary in which it would be another
 */
export function productSearchKey(
  filters: ProductFilters,
  options: ProductSearchOptions,
  looser: LooserSearches = {},
): string {
  const q = canonicalText(filters.q);
  const sort = options.sort === 'relevance' || options.sort === undefined ? (q ? 'relevance' : 'newest') : options.sort;
  const per = filters.per === DEFAULT_PER ? undefined : filters.per;
  const currency = filters.currency === DEFAULT_CURRENCY ? undefined : filters.currency;
  const facets = options.facets?.length ? [...new Set(options.facets)].sort() : undefined;
  const exact = options.exact === true || undefined;
  const { steps = [], followUps = [] } = looser;
  const told = (some: readonly (readonly ProductFilters[])[]): object[][] | undefined =>
    some.length === 0 ? undefined : some.map((searches) => searches.map(differences(filters)));
  return key(
    'product',
    { ...filters, q, lang: lower(filters.lang), per, currency },
    { ...options, sort, exact, facets, instead: told(steps), behind: told(followUps) },
  );
}

/** @param looser the search that takes its place if it finds nothing */
export function vendorSearchKey(filters: VendorFilters, options: PageOptions, looser?: VendorFilters): string {
  const instead = looser && differences(filters)(looser);
  return key('vendor', { ...filters, q: canonicalText(filters.q), lang: lower(filters.lang) }, { ...options, instead });
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
export function canonicalText(q: string | undefined): string | undefined {
  const words = q
    ?.normalize('NFKC')
    .toLowerCase()
    .split(/\p{White_Space}+/u);
  return words?.filter((word) => word !== '').join(' ') || undefined;
}

const lower = (text: string | undefined): string | undefined => text?.toLowerCase();

/** What a search has that another one hasn't, or has otherwise. */
const differences =
  <Filters extends object>(filters: Filters) =>
  (search: Filters): object =>
    Object.fromEntries(Object.entries(search).filter(([name, value]) => filters[name as keyof Filters] !== value));
