import type { Page, PageOptions, ProductFilters, ProductSearchOptions, VendorFilters } from '../../contracts/index.js';
import { type Listing, VENDOR_STATES_SCOPE } from '../scopes/scope-names.js';
import type { TextScopes } from '../scopes/text-scopes.js';
import { type LooserSearches, productSearchKey, type SearchKind, vendorSearchKey } from './canonical-search.js';
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
  /** Those of the follow-ups that were looked for. */
  followUps?: readonly number[];
  /** Whether it lacks what others would be shown, since too much is asked for: it isn't kept. */
  isMakeshift?: boolean;
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

export function productSearch(
  filters: ProductFilters,
  options: ProductSearchOptions,
  text: TextScopes,
  looser: LooserSearches = {},
): CachedSearch {
  const scopesOf = (searches: readonly ProductFilters[]) => searches.map((one) => new ProductSearchScopes(one, text));
  const steps = [[filters], ...(looser.steps ?? [])].map(scopesOf);
  const behind = (looser.followUps ?? []).map(scopesOf);
  const byState = options.facets?.includes('state') === true;
  return {
    kind: 'product',
    key: productSearchKey(filters, options, looser),
    scopes: [
      ...new Set([
        ...[...steps, ...behind].flat().flatMap((scopes) => scopes.all()),
        ...(byState ? [VENDOR_STATES_SCOPE] : []),
      ]),
    ],
    listing: steps[0]![0]!.listing,
    narrow: ({ page, priceEnds, step = 0, firstStep = 0, followUps = [] }) => {
      // A search that found nothing matters by what it would find. So does a follow-up, besides what is shown of it.
      const inVain = [...steps.slice(firstStep, step), ...followUps.map((index) => behind[index]!)].flat();
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

/** @param looser the search that takes its place while nothing is found */
export function vendorSearch(
  filters: VendorFilters,
  options: PageOptions,
  text: TextScopes,
  looser?: VendorFilters,
): CachedSearch {
  const steps = [filters, ...(looser ? [looser] : [])].map((one) => new VendorSearchScopes(one, text));
  return {
    kind: 'vendor',
    key: vendorSearchKey(filters, options, looser),
    scopes: [...new Set(steps.flatMap((scopes) => scopes.all()))],
    listing: null,
    narrow: ({ page, step = 0, firstStep = 0 }) => {
      const inVain = steps.slice(firstStep, step).flatMap((scopes) => scopes.narrowed([]));
      return [...new Set([...inVain, ...steps[step]!.narrowed(page.items.map(({ id }) => id))])];
    },
  };
}
