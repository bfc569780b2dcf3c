import type { ProductFilters, ProductSearchOptions } from '../../contracts/index.js';
import { ALL_BRACKETS, bracketsOf } from './price-brackets.js';
import { type Aspect, ASPECTS, GENERAL_SCOPE, OPEN, productScope, scopeName, VENDORS_SCOPE } from './scope-names.js';

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
export function scopesOfProductSearch(filters: ProductFilters, options: ProductSearchOptions): string[] {
  const scopes = combinations(filters, rangeBrackets(filters), ASPECTS);
  if (sortedByPrice(options) && !hasRange(filters)) scopes.push(...combinations(filters, ALL_BRACKETS, ['price']));
  return [GENERAL_SCOPE, ...scopes];
}

export function scopesOfVendorSearch(): string[] {
  return [GENERAL_SCOPE, VENDORS_SCOPE];
}

/**
 * The scopes among them that really matter, once the page is known. What is shown of a product changes only with that
 * product; which products are shown, and in which order, changes only with what the search filters and sorts by:
 * - products that come, go, move or are renamed always count;
 * - prices count if there is a price range, or if the page is one of several sorted by price, and then only in the
 *   brackets where a product would be on the page;
 * - availability counts if it is filtered by.
 */
export function narrowedScopes(filters: ProductFilters, options: ProductSearchOptions, page: PageFacts): string[] {
  const scopes = [
    GENERAL_SCOPE,
    ...page.productIds.map(productScope),
    ...combinations(filters, rangeBrackets(filters), ['set']),
  ];
  const prices = priceBrackets(filters, options, page);
  if (prices.length > 0) scopes.push(...combinations(filters, prices, ['price']));
  if (filters.availability !== undefined) scopes.push(...combinations(filters, rangeBrackets(filters), ['stock']));
  return scopes;
}

function priceBrackets(filters: ProductFilters, options: ProductSearchOptions, page: PageFacts): readonly string[] {
  if (hasRange(filters)) return rangeBrackets(filters);
  if (!sortedByPrice(options) || page.complete) return [];
  return page.priceWindow ? bracketsOf(page.priceWindow.from, page.priceWindow.to) : [OPEN];
}

function combinations(filters: ProductFilters, brackets: readonly string[], aspects: readonly Aspect[]): string[] {
  const { vendorId: vendor = OPEN, category = OPEN } = filters;
  return aspects.flatMap((aspect) => brackets.map((bracket) => scopeName({ vendor, category, bracket }, aspect)));
}

function hasRange({ minPrice, maxPrice }: ProductFilters): boolean {
  return minPrice !== undefined || maxPrice !== undefined;
}

function rangeBrackets(filters: ProductFilters): readonly string[] {
  if (!hasRange(filters)) return [OPEN];
  const brackets = bracketsOf(filters.minPrice, filters.maxPrice);
  return brackets.length > MAX_BRACKETS ? [OPEN] : brackets;
}

function sortedByPrice({ sort }: ProductSearchOptions): boolean {
  return sort === 'price_asc' || sort === 'price_desc';
}
