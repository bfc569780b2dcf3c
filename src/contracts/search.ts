import type { Page } from './page.js';
import type { PriceTerms } from './price-terms.js';
import type { Availability, Names, Product } from './product.js';
import type { Vendor } from './vendor.js';

export const PRODUCT_SORTS = ['relevance', 'price_asc', 'price_desc', 'newest'] as const;
export type ProductSort = (typeof PRODUCT_SORTS)[number];

export interface ProductFilters extends PriceTerms {
  q?: string | undefined;
  /** Language of `displayName` in the answer, or several behind commas, the best first. */
  lang?: string | undefined;
  category?: string | undefined;
  vendorId?: string | undefined;
  /** Of the vendor: in any script, whatever the case, also by another name. */
  state?: string | undefined;
  district?: string | undefined;
  market?: string | undefined;
  /** Per `per`, in `currency`; prices that aren't comparable with it are left out. */
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  availability?: Availability | undefined;
}

export interface VendorFilters {
  q?: string | undefined;
  /** Language of `displayName` in the answer, or several behind commas, the best first. */
  lang?: string | undefined;
  state?: string | undefined;
  district?: string | undefined;
  market?: string | undefined;
  category?: string | undefined;
}

/** A place's name as vendors spell it; those of places that aren't filtered by are absent. */
export interface PlaceSpellings {
  state?: readonly string[];
  district?: readonly string[];
  market?: readonly string[];
}

/** A search whose places are known by how vendors spell them; without that, as they are given. */
export type Placed<Filters> = Filters & { spellings?: PlaceSpellings | undefined };

export interface PageOptions {
  /** At most this many items. */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

export interface ProductSearchOptions extends PageOptions {
  /** Absent: relevance with a text, else newest. */
  sort?: ProductSort | undefined;
  /** Only what fits every word as typed or spelled otherwise: the text isn't loosened. */
  exact?: boolean | undefined;
  /** By what all that is found is to be counted. */
  facets?: readonly Facet[] | undefined;
}

/** What found products may be counted by. */
export const FACETS = ['category', 'state', 'availability'] as const;
export type Facet = (typeof FACETS)[number];

/** How many of all that is found has a value. */
export interface FacetValue {
  value: string;
  count: number;
}

/** A word of a text, and what it was taken for. */
export interface CorrectedWord {
  from: string;
  to: string;
}

/** What a text was taken for. */
export interface Interpretation {
  /**
   * `loosened`: nothing fits all words of the text, and this is what was found instead; or what fits only sounds so,
   * and this is what was found behind it.
   */
  kind: 'exact' | 'loosened';
  /** The text that was searched for; empty without one. */
  q: string;
  /** Words that were left out: of prices and markets, and what nothing is called. */
  dropped: string[];
  corrected: CorrectedWord[];
  /** Places that were named in the text, and are filtered by. */
  place: Place | null;
}

export interface Place {
  market?: string;
  district?: string;
  state?: string;
}

/** A good that a half-typed text may mean. */
export interface Suggestion {
  /** As products have it. */
  commodity: string;
  /** The name that begins so. */
  text: string;
  /** The name in the language asked for, or the English one. */
  displayName: string;
  /** How many products there are of it. */
  products: number;
}

/** A page of a product search. */
export interface FoundProducts extends Page<FoundProduct> {
  /**
   * Of a page that shows changes which had no position soon enough: nothing is missing behind `position`, but `asOf` it
   * not all of the page is found again.
   */
  unsettled?: true;
  interpretation: Interpretation;
  /** Those asked for: their commonest values, 20 at most. */
  facets?: Partial<Record<Facet, FacetValue[]>>;
}

export interface FoundProduct extends Product {
  vendor: Pick<Vendor, 'id' | 'name' | 'names' | 'market' | 'district' | 'state'>;
  /** The name in the language asked for, or the plain one; only if a language was asked for. */
  displayName?: string;
  /** The price per the unit asked for, in the currency asked for; null if it isn't comparable with that. */
  pricePer: { amount: number; unit: string } | null;
}

export interface FoundVendor extends Vendor {
  inventory: { total: number; available: number };
  /** As of a `FoundProduct`. */
  displayName?: string;
}

/** A product or vendor, with its name in a language if one was asked for. */
export type Named<Entity extends { name: string; names: Names }> = Entity & { displayName?: string };

/**
 * What a language falls back to (BCP 47, RFC 4647): `ta-Latn-IN` to `ta-Latn`, that to `ta`; in lower case, best first.
 *
 * @param lang a language tag, or several behind commas
 */
export function languagesOf(lang: string): string[] {
  return lang
    .toLowerCase()
    .split(',')
    .flatMap((tag) => {
      const parts = tag.split('-');
      return parts.map((_part, index) => parts.slice(0, parts.length - index).join('-'));
    });
}

/** The name in a language or what it falls back to, whatever the case of tags; undefined without a translation. */
export function nameIn(names: Names, lang: string): string | undefined {
  const tags = Object.keys(names);
  for (const language of languagesOf(lang)) {
    const tag = tags.find((one) => one.toLowerCase() === language);
    if (tag !== undefined) return names[tag];
  }
  return undefined;
}

/** Adds the name in `lang`, the plain one where there is no translation; nothing if no language was asked for. */
export function withDisplayName<Entity extends { name: string; names: Names }>(
  entity: Entity,
  lang: string | undefined,
): Named<Entity> {
  if (lang === undefined) return entity;
  return { ...entity, displayName: nameIn(entity.names, lang) ?? entity.name };
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
