import type { Availability, Names, Product } from './product.js';
import type { Vendor } from './vendor.js';

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
  /** Language of `displayName` in the answer. */
  lang?: string | undefined;
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

export interface FoundProduct extends Product {
  vendor: Pick<Vendor, 'id' | 'name' | 'names' | 'market' | 'district' | 'state'>;
  /** The name in the language asked for, or the plain one; only if a language was asked for. */
  displayName?: string;
}

export interface FoundVendor extends Vendor {
  inventory: { total: number; available: number };
  /** As of a `FoundProduct`. */
  displayName?: string;
}

/** A product or vendor, with its name in a language if one was asked for. */
export type Named<Entity extends { name: string; names: Names }> = Entity & { displayName?: string };

/** Adds the name in `lang`, the plain one where there is no translation; nothing if no language was asked for. */
export function withDisplayName<Entity extends { name: string; names: Names }>(
  entity: Entity,
  lang: string | undefined,
): Named<Entity> {
  if (lang === undefined) return entity;
  return { ...entity, displayName: Object.hasOwn(entity.names, lang) ? entity.names[lang]! : entity.name };
}

/** Kinds of search scope, as invalidations are counted by them. */
export const SCOPE_KINDS = [
  'vendor',
  'category',
  'price',
  'text',
  'combined',
  'everything',
  'product',
  'vendors',
  'general',
] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];
