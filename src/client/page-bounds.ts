import { comparablePriceOf, isOfGroup, type PriceRange, priceRangeOf, type Product } from '../contracts/index.js';
import type { PageQuery } from './page-effect.js';
import { isWithin, orderOf, startOf } from './page-order.js';
import type { ProductPage } from './types.js';

/** Where a page ends: `items` are its last one, if it has any. */
export type PageBounds = Pick<ProductPage, 'items' | 'nextCursor'>;

export const boundsOf = ({ items, nextCursor }: ProductPage): PageBounds => ({ items: items.slice(-1), nextCursor });

/**
 * Whether a product within the bounds would be on the page for certain, if the server found it. By relevance, only a
 * page that is the first and the last one shows all that is found.
 */
export function areCertain({ items, nextCursor }: PageBounds, query: PageQuery): boolean {
  const order = orderOf(query);
  if (order === undefined) return nextCursor === null && query.cursor === undefined;
  const beginsKnown = query.cursor === undefined || startOf(query, order) !== undefined;
  return beginsKnown && (nextCursor === null || items.length > 0);
}

/** Whether all that can be judged here puts a product on a page with these bounds. */
export const fits = (product: Product, bounds: PageBounds, query: PageQuery): boolean =>
  matches(product, query) && isWithin(product, bounds, query);

/** Whether a product passes the filters that can be judged here. */
export function matches(product: Product, { vendorId, category, availability, ...query }: PageQuery): boolean {
  const is = (value: unknown, wanted: unknown): boolean => wanted === undefined || value === wanted;
  return (
    is(product.vendorId, vendorId) &&
    is(product.category, category) &&
    is(product.availability, availability) &&
    isInRange(product, priceRangeOf(query))
  );
}

function isInRange(product: Product, range: PriceRange | undefined): boolean {
  if (range === undefined) return true;
  const price = comparablePriceOf(product);
  return isOfGroup(price, range) && price.amount >= range.from && price.amount <= range.to;
}
