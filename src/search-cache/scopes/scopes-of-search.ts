import type { ProductFilters, ProductSearchOptions, VendorFilters } from '../../contracts/index.js';
import { BRACKETS } from './price-brackets.js';
import { PRICE_CROSSINGS } from './price-crossings.js';
import {
  type Aspect,
  ASPECTS,
  edgeScopes,
  GENERAL_SCOPE,
  LISTED_VENDORS_SCOPE,
  listedVendorScope,
  OPEN,
  type Listing,
  listingScope,
  productScope,
  regionScopes,
  SHOWN_VENDORS_SCOPE,
  shownVendorScope,
  textScope,
  VENDORS_SCOPE,
  vendorsOfCategoryScope,
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
  /** Prices between which a product would be on this page; only for searches sorted by price. */
  priceWindow?: { from: number; to: number } | undefined;
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
    private readonly filters: ProductFilters,
    text: TextScopes,
  ) {
    this.listing = { vendor: filters.vendorId ?? OPEN, category: filters.category ?? OPEN };
    this.brackets = rangeBrackets(filters);
    this.ends = this.edges([filters.minPrice, filters.maxPrice]);
    this.texts = textsOf(filters, text);
    this.regions = regionScopes(filters);
  }

  /** All that may matter, known before the result is: their tokens are read before the database is asked. */
  all(): string[] {
    const scopes = ASPECTS.flatMap((aspect) => this.inBrackets(aspect));
    // Those that the page may be narrowed to, as far as they are known already.
    return [
      ...new Set([GENERAL_SCOPE, SHOWN_VENDORS_SCOPE, ...scopes, ...this.ends, ...(this.texts ?? []), ...this.regions]),
    ];
  }

  /**
   * The scopes that really matter, once the page is known; some of them only then are. What is shown of a product
   * changes only with that product; which products are shown, and in which order, changes only with what the search
   * filters and sorts by:
   * - products that come, go, move or are renamed always count, but for a text only if they are found by it;
   * - prices that cross an end of the price range count, and no others of the range;
   * - sorted by price, so do prices that cross an end of the page: what is found between its ends is on it already;
   * - availability counts if it is filtered by;
   * - of vendors only those that are shown count, and those that come into the state or district that is filtered by,
   *   or leave it.
   */
  narrowed(options: ProductSearchOptions, page: PageFacts): string[] {
    const scopes = [GENERAL_SCOPE, ...page.productIds.map(productScope), ...this.regions];
    scopes.push(...page.vendorIds.map((id) => (id === undefined ? SHOWN_VENDORS_SCOPE : shownVendorScope(id))));
    scopes.push(...(this.texts ?? this.inBrackets('set')), ...this.ends);
    if (sortedByPrice(options) && !page.complete) scopes.push(...this.endsOf(page));
    if (this.filters.availability !== undefined) scopes.push(...this.inBrackets('stock'));
    return [...new Set(scopes)];
  }

  /** Where a page sorted by price begins and ends; every price, if the caller who stores the page gave none. */
  private endsOf({ priceWindow }: PageFacts): string[] {
    return priceWindow ? this.edges([priceWindow.from, priceWindow.to]) : this.inBrackets('price');
  }

  private edges(prices: readonly (number | undefined)[]): string[] {
    const watched = prices.filter((price) => price !== undefined);
    return edgeScopes(
      this.listing,
      watched.flatMap((price) => PRICE_CROSSINGS.at(price)),
    );
  }

  private inBrackets(aspect: Aspect): string[] {
    return this.brackets.map((bracket) => listingScope(this.listing, bracket, aspect));
  }
}

/** The same of a vendor search. */
export class VendorSearchScopes {
  private readonly always: readonly string[];

  constructor({ category }: VendorFilters) {
    this.always = [GENERAL_SCOPE, VENDORS_SCOPE, ...(category === undefined ? [] : [vendorsOfCategoryScope(category)])];
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

/** A vendor has fewer products than a word, so with a vendor the text adds nothing. */
function textsOf({ q, vendorId }: ProductFilters, text: TextScopes): string[] | undefined {
  if (q === undefined || vendorId !== undefined) return undefined;
  return text.ofQuery(q)?.map(textScope);
}

function sortedByPrice({ sort }: ProductSearchOptions): boolean {
  return sort === 'price_asc' || sort === 'price_desc';
}

function rangeBrackets({ minPrice, maxPrice }: ProductFilters): readonly string[] {
  if (minPrice === undefined && maxPrice === undefined) return [OPEN];
  const brackets = BRACKETS.between(minPrice ?? 0, maxPrice ?? Number.POSITIVE_INFINITY);
  return brackets.length > MAX_BRACKETS ? [OPEN] : brackets;
}
