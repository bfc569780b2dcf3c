import type { ProductFilters, ProductSearchOptions } from '../../contracts/index.js';
import { BRACKETS } from './price-brackets.js';
import { PRICE_EDGES } from './price-edges.js';
import {
  type Aspect,
  ASPECTS,
  edgeScopes,
  GENERAL_SCOPE,
  OPEN,
  type Place,
  placeScope,
  productScope,
  textScope,
  VENDORS_SCOPE,
} from './scope-names.js';
import type { TextScopes } from './text-scopes.js';

/** A range over more brackets than this counts as open: fewer tokens to read, more invalidations than needed. */
const MAX_BRACKETS = 16;

/** What a page turned out to be, as far as it matters to what can change it. */
export interface PageFacts {
  productIds: readonly string[];
  /** Whether the page holds every result of its search. */
  complete: boolean;
  /** Prices between which a product would be on this page; only for searches sorted by price. */
  priceWindow?: { from: number; to: number } | undefined;
}

/**
 * All scopes that may matter to a product search, known before its result is: their tokens are read before the
 * database is asked. See `scopesOfEvents` for the other side.
 */
export function scopesOfProductSearch(filters: ProductFilters, text: TextScopes): string[] {
  const place = placeOf(filters);
  const scopes = ASPECTS.flatMap((aspect) => inBrackets(place, rangeBrackets(filters), aspect));
  // Those that the page may be narrowed to, as far as they are known already.
  scopes.push(...edges(place, [filters.minPrice, filters.maxPrice]), ...(texts(filters, text) ?? []));
  return [...new Set([GENERAL_SCOPE, ...scopes])];
}

export function scopesOfVendorSearch(): string[] {
  return [GENERAL_SCOPE, VENDORS_SCOPE];
}

/**
 * The scopes that really matter, once the page is known; some of them only then are. What is shown of a product changes only with that
 * product; which products are shown, and in which order, changes only with what the search filters and sorts by:
 * - products that come, go, move or are renamed always count, but for a text only if they are found by it;
 * - prices that cross an end of the price range count, and no others of the range;
 * - sorted by price, so do prices that cross an end of the page: what is found between its ends is on it already;
 * - availability counts if it is filtered by.
 */
export function narrowedScopes(
  filters: ProductFilters,
  options: ProductSearchOptions,
  text: TextScopes,
  page: PageFacts,
): string[] {
  const place = placeOf(filters);
  const brackets = rangeBrackets(filters);
  const scopes = [GENERAL_SCOPE, ...page.productIds.map(productScope)];
  scopes.push(...(texts(filters, text) ?? inBrackets(place, brackets, 'set')));
  scopes.push(...edges(place, [filters.minPrice, filters.maxPrice]));
  if (sortedByPrice(options) && !page.complete) scopes.push(...endsOf(place, brackets, page));
  if (filters.availability !== undefined) scopes.push(...inBrackets(place, brackets, 'stock'));
  return [...new Set(scopes)];
}

/** Where a search looks. */
export function placeOf({ vendorId = OPEN, category = OPEN }: ProductFilters): Place {
  return { vendor: vendorId, category };
}

function inBrackets(place: Place, brackets: readonly string[], aspect: Aspect): string[] {
  return brackets.map((bracket) => placeScope(place, bracket, aspect));
}

/** A vendor has fewer products than a word, so with a vendor the text adds nothing. */
function texts({ q, vendorId }: ProductFilters, text: TextScopes): string[] | undefined {
  if (q === undefined || vendorId !== undefined) return undefined;
  return text.ofQuery(q)?.map(textScope);
}

function edges(place: Place, prices: readonly (number | undefined)[]): string[] {
  const watched = prices.filter((price) => price !== undefined);
  return edgeScopes(
    place,
    watched.flatMap((price) => PRICE_EDGES.at(price)),
  );
}

/** Where a page sorted by price begins and ends; every price, if whoever stores the page didn't tell. */
function endsOf(place: Place, brackets: readonly string[], { priceWindow }: PageFacts): string[] {
  return priceWindow ? edges(place, [priceWindow.from, priceWindow.to]) : inBrackets(place, brackets, 'price');
}

function sortedByPrice({ sort }: ProductSearchOptions): boolean {
  return sort === 'price_asc' || sort === 'price_desc';
}

function rangeBrackets({ minPrice, maxPrice }: ProductFilters): readonly string[] {
  if (minPrice === undefined && maxPrice === undefined) return [OPEN];
  const brackets = BRACKETS.between(minPrice ?? 0, maxPrice ?? Number.POSITIVE_INFINITY);
  return brackets.length > MAX_BRACKETS ? [OPEN] : brackets;
}
