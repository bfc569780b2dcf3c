import type { ComparablePrice } from '../../../contracts/index.js';
import { isByPrice, keysOfCursor, type ProductOrder } from '../planner/product-order.js';

/**
 * Where a page sorted by price begins and ends: the price of the last item of the page before, and that of its own last
 * one. A product that doesn't cross either can't change the page, unless it is shown there.
 */
export function priceEnds(
  order: ProductOrder,
  cursor: string | undefined,
  nextCursor: string | null,
): ComparablePrice[] | undefined {
  if (!isByPrice(order)) return undefined;
  return [cursor, nextCursor].flatMap((at) => {
    if (at == null) return [];
    const [per, currency, amount] = keysOfCursor(order, at) as [string, string, string];
    return [{ per, currency, amount: Number(amount) }];
  });
}
