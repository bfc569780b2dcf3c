import {
  type ComparablePrice,
  type Placed,
  type PriceRange,
  priceRangeOf,
  type ProductFilters,
  type ProductSearchOptions,
  type VendorFilters,
} from '../../contracts/index.js';
import { BRACKETS } from './price-brackets.js';
import { PRICE_CROSSINGS } from './price-crossings.js';
import {
  type Aspect,
  ASPECTS,
  bracketName,
  edgeScopes,
  GENERAL_SCOPE,
  groupName,
  LISTED_VENDORS_SCOPE,
  listedVendorScope,
  OPEN,
  type Listing,
  listingScope,
  productScope,
  SHOWN_PRODUCTS_SCOPE,
  type Region,
  regionOrderScopes,
  REGIONS,
  regionScopes,
  regroupedScope,
  SHOWN_VENDORS_SCOPE,
  shownVendorScope,
  textScope,
  VENDOR_ORDER_SCOPE,
  VENDOR_STATES_SCOPE,
  VENDORS_SCOPE,
  vendorsOfCategoryScope,
  vendorTextScope,
} from './scope-names.js';
import type { TextScopes } from './text-scopes.js';

/** A range over more brackets than this counts as open: fewer tokens to read, more invalidations than needed. */
const MAX_BRACKETS = 16;

/** What a page turned out to be, as far as it matters to what can change it. */
export interface PageFacts {
  productIds: readonly string[];
  /** Of these products; undefined where the caller that stores the page didn't say. */
  vendorIds: readonly (string | undefined)[];
  /** Whether the page holds every result of its search. */
  complete: boolean;
  /** Where a page sorted by price begins and ends, as far as products are found on the other side. */
  priceEnds?: readonly ComparablePrice[] | undefined;
}

/**
 * What may change a product search, and what really does once its page is known. See `scopesOfEvents` for the other
 * side.
 */
export class ProductSearchScopes {
  /** Where the search looks. */
  readonly listing: Listing;
  private readonly brackets: readonly string[];
  /** Of the ends of the price range. */
  private readonly ends: readonly string[];
  private readonly texts: readonly string[] | undefined;
  private readonly regions: readonly string[];

  constructor(
    private readonly filters: Placed<ProductFilters>,
    text: TextScopes,
  ) {
    this.listing = listingOf(filters);
    const range = priceRangeOf(filters);
    this.brackets = bracketsOf(range);
    this.ends = range ? this.edges(endsOf(range)) : [];
    this.texts = textsOf(filters, text);
    this.regions = REGIONS.flatMap((kind) => regionsOf(filters, kind)).flatMap(regionScopes);
  }

  /** All that may matter, known before the result is: their tokens are read before the database is asked. */
  all(): string[] {
    const scopes = ASPECTS.flatMap((aspect) => this.inBrackets(aspect));
    // Those that the page may be narrowed to, as far as they are known already.
    return [
      ...new Set([
        GENERAL_SCOPE,
        SHOWN_VENDORS_SCOPE,
        SHOWN_PRODUCTS_SCOPE,
        ...scopes,
        ...this.ends,
        ...(this.texts ?? []),
        ...this.regions,
      ]),
    ];
  }

  /**
   * The scopes that really matter, once the page is known; some of them only then are. What is shown of a product
   * changes only with that product; which products are shown, and in which order, changes only with what the search
   * filters and sorts by:
   * - products that come, go, move or are renamed always count, but for a text only if they are found by it;
   * - prices that cross an end of the price range count, and no others of the range;
   * - sorted by price, so do prices that cross an end of the page: what is found between its ends is on it already;
   * - with either, so do prices that become comparable with others than before;
   * - availability counts if it is filtered or counted by;
   * - in which states vendors are counts for all of them if it is counted by;
   * - of vendors only those that are shown count, and those that come into the place that is filtered by,
   *   or leave it.
   */
  narrowed(options: ProductSearchOptions, page: PageFacts): string[] {
    const scopes = [GENERAL_SCOPE, ...page.productIds.map(productScope), ...this.regions];
    scopes.push(...page.vendorIds.map((id) => (id === undefined ? SHOWN_VENDORS_SCOPE : shownVendorScope(id))));
    scopes.push(...(this.texts ?? this.inBrackets('set')), ...this.ends);
    if (sortedByPrice(options) && !page.complete) scopes.push(...this.endsOfPage(page));
    const { facets = [] } = options;
    if (this.filters.availability !== undefined || facets.includes('availability')) {
      scopes.push(...this.inBrackets('stock'));
    }
    if (facets.includes('state')) scopes.push(VENDOR_STATES_SCOPE);
    return [...new Set(scopes)];
  }

  /** Where a page sorted by price begins and ends; every price, if the caller who stores the page gave none. */
  private endsOfPage({ priceEnds }: PageFacts): string[] {
    return priceEnds ? this.edges(priceEnds) : this.inBrackets('price');
  }

  private edges(prices: readonly ComparablePrice[]): string[] {
    const edges = prices.flatMap((price) =>
      edgeScopes(this.listing, groupName(price), PRICE_CROSSINGS.at(price.amount)),
    );
    return [regroupedScope(this.listing), ...edges];
  }

  private inBrackets(aspect: Aspect): string[] {
    return this.brackets.map((bracket) => listingScope(this.listing, bracket, aspect));
  }
}

/** Where a product search looks. */
export function listingOf({ vendorId, category }: ProductFilters): Listing {
  return { vendor: vendorId ?? OPEN, category: category ?? OPEN };
}

/**
 * The same of a vendor search. A vendor that a page doesn't show comes to it only
 * - with a text: by what the text finds it by, which counts whatever else is asked for;
 * - without: as it comes into the place that is filtered by, or by another name, since vendors are sorted by names.
 *   Names count of the vendors of the narrowest place that is asked for;
 * - with a category: also as its first product of the category comes.
 */
export class VendorSearchScopes {
  private readonly always: readonly string[];

  constructor(filters: Placed<VendorFilters>, text: TextScopes) {
    const { q, category } = filters;
    this.always = [
      GENERAL_SCOPE,
      ...(q === undefined ? ordered(filters) : (text.ofQuery(q)?.map(vendorTextScope) ?? [VENDORS_SCOPE])),
      ...(category === undefined ? [] : [vendorsOfCategoryScope(category)]),
    ];
  }

  /** All that may matter, known before the result is. */
  all(): string[] {
    return [...this.always, LISTED_VENDORS_SCOPE];
  }

  /** What is shown of a vendor, its counts included, changes only with that vendor. */
  narrowed(vendorIds: readonly string[]): string[] {
    return [...this.always, ...vendorIds.map(listedVendorScope)];
  }
}

/** Of vendors sorted by their names. */
function ordered(filters: Placed<VendorFilters>): string[] {
  const regions = REGIONS.map((kind) => regionsOf(filters, kind)).filter((names) => names.length > 0);
  const order = regions.at(-1)?.flatMap(regionOrderScopes) ?? [VENDOR_ORDER_SCOPE];
  return [...regions.flat().flatMap(regionScopes), ...order];
}

/** The places of a kind that a search filters by: one, under all its names. */
function regionsOf(filters: Placed<VendorFilters>, kind: (typeof REGIONS)[number]): Region[] {
  const names = filters.spellings?.[kind] ?? [filters[kind]];
  return names.flatMap((name) => (name === undefined ? [] : [{ [kind]: name }]));
}

/** A vendor has fewer products than a word, so with a vendor the text adds nothing. */
function textsOf({ q, vendorId }: ProductFilters, text: TextScopes): string[] | undefined {
  if (q === undefined || vendorId !== undefined) return undefined;
  return text.ofQuery(q)?.map(textScope);
}

function sortedByPrice({ sort }: ProductSearchOptions): boolean {
  return sort === 'price_asc' || sort === 'price_desc';
}

function bracketsOf(range: PriceRange | undefined): readonly string[] {
  if (!range) return [OPEN];
  const brackets = BRACKETS.between(range.from, range.to);
  return brackets.length > MAX_BRACKETS ? [OPEN] : brackets.map((bracket) => bracketName(groupName(range), bracket));
}

/** Prices are never below 0, and none is above an open end; one may be 0, and so come under a range that ends there. */
function endsOf({ from, to, ...group }: PriceRange): ComparablePrice[] {
  const ends = [...(from > 0 ? [from] : []), ...(to < Number.POSITIVE_INFINITY ? [to] : [])];
  return ends.map((amount) => ({ ...group, amount }));
}
