import { decodeCursor } from './page-cursor.js';
import type { ProductOrder } from './product-order.js';

/** Prices between which a product would be on a page; both ends count. */
export interface PriceWindow {
  from: number;
  to: number;
}

/**
 * The window of a page sorted by price: from where the page before ended (or the beginning) to its own last item (or
 * the end). A product whose price is and was outside of it can't change the page.
 */
export function priceWindow(
  { name, columns, direction }: ProductOrder,
  cursor: string | undefined,
  nextCursor: string | null,
): PriceWindow | undefined {
  if (columns[0]!.type !== 'price') return undefined;
  const types = columns.map(({ type }) => type);
  const priceAt = (at: string | null | undefined): number | undefined =>
    at == null ? undefined : (decodeCursor(at, name, types)[0] as number);
  const [start, end] = [priceAt(cursor), priceAt(nextCursor)];
  const [from, to] = direction === 'ASC' ? [start, end] : [end, start];
  return { from: from ?? 0, to: to ?? Number.POSITIVE_INFINITY };
}
