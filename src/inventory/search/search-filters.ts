import type { Availability } from '../../contracts/index.js';

export const PRODUCT_SORTS = ['relevance', 'price_asc', 'price_desc', 'newest'] as const;
export type ProductSort = (typeof PRODUCT_SORTS)[number];

export interface ProductFilters {
  q?: string | undefined;
  /** Language of `displayName` in the answer. */
  lang?: string | undefined;
  category?: string | undefined;
  vendorId?: string | undefined;
  state?: string | undefined;
  district?: string | undefined;
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  availability?: Availability | undefined;
}

export interface VendorFilters {
  q?: string | undefined;
  state?: string | undefined;
  district?: string | undefined;
  category?: string | undefined;
}

export interface PageOptions {
  /** At most this many items. */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

export interface ProductSearchOptions extends PageOptions {
  /** Absent: relevance with a text, else newest. */
  sort?: ProductSort | undefined;
}
