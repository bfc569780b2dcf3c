import type { Page, PageOptions, ProductFilters, ProductSearchOptions, VendorFilters } from '../../contracts/index.js';
import { type Listing, VENDOR_STATES_SCOPE } from '../scopes/scope-names.js';
import type { TextScopes } from '../scopes/text-scopes.js';
import { productSearchKey, type SearchKind, vendorSearchKey } from './canonical-search.js';
import { type PageFacts, ProductSearchScopes, VendorSearchScopes } from '../scopes/scopes-of-search.js';

/** A page fresh from the database. */
export interface LoadedPage {
  /** All of it or, beside `json`, as much of it as tells what may change it. */
  page: Page<{ id: string; vendorId?: string }>;
  /** The page as it is sent, if that is at hand. */
  json?: string | undefined;
  /** Where it begins and ends, if it is sorted by price. */
  priceEnds?: PageFacts['priceEnds'];
  /** The search that found it: 0 is the one that was asked for, others are those that took its place. */
  step?: number;
  /** The first of them that was tried. */
  firstStep?: number;
}

/** The page as it is sent. */
export const jsonOf = ({ page, json }: LoadedPage): string => json ?? JSON.stringify(page);

/** One search as the cache sees it: its key, what may change it, and what does once the page is known. */
export interface CachedSearch {
  kind: SearchKind;
  key: string;
  scopes: readonly string[];
  /** Where it looks for products. */
  listing: Listing | null;
  narrow: (loaded: LoadedPage) => readonly string[];
}

/**
 * @param looser searches that take its place, one after the other, while nothing is found. Each finds what any of its
 *   parts finds. They look in the same listing.
 */
export function productSearch(
  filters: ProductFilters,
  options: ProductSearchOptions,
  text: TextScopes,
  looser: readonly (readonly ProductFilters[])[] = [],
): CachedSearch {
  const steps = [[filters], ...looser].map((searches) => searches.map((one) => new ProductSearchScopes(one, text)));
  const byState = options.facets?.includes('state') === true;
  return {
    kind: 'product',
    key: productSearchKey(filters, options, looser),
    scopes: [
      ...new Set([...steps.flat().flatMap((scopes) => scopes.all()), ...(byState ? [VENDOR_STATES_SCOPE] : [])]),
    ],
    listing: steps[0]![0]!.listing,
    narrow: ({ page, priceEnds, step = 0, firstStep = 0 }) => {
      // A search that found nothing matters by what it would find.
      const inVain = steps.slice(firstStep, step).flat();
      return [
        ...new Set([
          ...inVain.flatMap((scopes) => scopes.narrowed(options, NOTHING)),
          ...steps[step]!.flatMap((scopes) =>
            scopes.narrowed(options, {
              productIds: page.items.map(({ id }) => id),
              vendorIds: page.items.map(({ vendorId }) => vendorId),
              complete: options.cursor === undefined && page.nextCursor === null,
              priceEnds,
            }),
          ),
        ]),
      ];
    },
  };
}

const NOTHING: PageFacts = { productIds: [], vendorIds: [], complete: true };

export function vendorSearch(filters: VendorFilters, options: PageOptions, text: TextScopes): CachedSearch {
  const scopes = new VendorSearchScopes(filters, text);
  return {
    kind: 'vendor',
    key: vendorSearchKey(filters, options),
    scopes: scopes.all(),
    listing: null,
    narrow: ({ page }) => scopes.narrowed(page.items.map(({ id }) => id)),
  };
}
