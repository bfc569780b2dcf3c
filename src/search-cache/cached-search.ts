import type { Page, PageOptions, ProductFilters, ProductSearchOptions, VendorFilters } from '../contracts/index.js';
import type { Listing } from './scopes/scope-names.js';
import type { TextScopes } from './scopes/text-scopes.js';
import { productSearchKey, type SearchKind, vendorSearchKey } from './canonical-search.js';
import { type PageFacts, ProductSearchScopes, VendorSearchScopes } from './scopes/scopes-of-search.js';

/** A page fresh from the database. */
export interface LoadedPage {
  /** All of it or, beside `json`, as much of it as tells what may change it. */
  page: Page<{ id: string; vendorId?: string }>;
  /** The page as it is sent, if that is at hand. */
  json?: string | undefined;
  /** Prices between which a product would be on this page; only for searches sorted by price. */
  priceWindow?: PageFacts['priceWindow'];
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

export function productSearch(filters: ProductFilters, options: ProductSearchOptions, text: TextScopes): CachedSearch {
  const scopes = new ProductSearchScopes(filters, text);
  return {
    kind: 'product',
    key: productSearchKey(filters, options),
    scopes: scopes.all(),
    listing: scopes.listing,
    narrow: ({ page, priceWindow }) =>
      scopes.narrowed(options, {
        productIds: page.items.map(({ id }) => id),
        vendorIds: page.items.map(({ vendorId }) => vendorId),
        complete: options.cursor === undefined && page.nextCursor === null,
        priceWindow,
      }),
  };
}

export function vendorSearch(filters: VendorFilters, options: PageOptions): CachedSearch {
  const scopes = new VendorSearchScopes(filters);
  return {
    kind: 'vendor',
    key: vendorSearchKey(filters, options),
    scopes: scopes.all(),
    listing: null,
    narrow: ({ page }) => scopes.narrowed(page.items.map(({ id }) => id)),
  };
}
