import { comparablePriceOf, isOfGroup, priceGroupOf, type Product } from '../contracts/index.js';
import type { PageBounds } from './page-bounds.js';
import type { PageQuery } from './page-effect.js';

/** What a product or a cursor is sorted by, most important first. */
export type Keys = readonly (string | number)[];

export interface PageOrder {
  keysOf(product: Product): Keys;
  /** The keys in a cursor of this order, or undefined; of members that were read from JSON. */
  keysOfCursor(members: readonly unknown[]): Keys | undefined;
  /** 1 or -1: all keys go the same way. */
  direction: 1 | -1;
}

/**
 * The order of a search's products; undefined by relevance, which only the server can judge. Ends with the id like the
 * server's.
 */
export function orderOf(query: PageQuery): PageOrder | undefined {
  const { q, sort } = query;
  if (sort === 'price_asc') return priceOrder(query, 1);
  if (sort === 'price_desc') return priceOrder(query, -1);
  return sort !== 'newest' && q !== undefined ? undefined : NEWEST;
}

const NEWEST: PageOrder = {
  keysOf: ({ createdAt, id }) => [createdAt, id],
  keysOfCursor([name, createdAt, id, ...more]) {
    const isCursor = name === 'newest' && typeof createdAt === 'string' && typeof id === 'string' && more.length === 0;
    return isCursor ? [createdAt, id] : undefined;
  },
  direction: -1,
};

/** The prices that compare with what is asked for come first, whichever way they go; all others follow by group. */
function priceOrder(query: PageQuery, direction: 1 | -1): PageOrder {
  const asked = priceGroupOf(query);
  const name = `price:${direction === 1 ? 'asc' : 'desc'}:${asked.currency}:${asked.per}`;
  const keys = (per: string, currency: string, amount: number, id: string): Keys => {
    const isFirst = isOfGroup({ per, currency }, asked) === (direction === 1);
    return [isFirst ? 0 : 1, per, currency, amount, id];
  };
  return {
    keysOf(product) {
      const { per, currency, amount } = comparablePriceOf(product);
      return keys(per, currency, amount, product.id);
    },
    keysOfCursor([order, ...members]) {
      const [per, currency, amount, id] = members as string[];
      const isCursor = order === name && members.length === 4 && members.every((member) => typeof member === 'string');
      return isCursor ? keys(per!, currency!, Number(amount), id!) : undefined;
    },
    direction,
  };
}

/** Negative if the former comes first. */
export function compared({ direction }: PageOrder, one: Keys, other: Keys): number {
  for (const [index, key] of one.entries()) {
    const [left, right] = [key, other[index]!];
    if (left !== right) return direction * (isBefore(left, right) ? -1 : 1);
  }
  return 0;
}

/**
 * Texts go by code points, as their bytes do in PostgreSQL; `<` would go by UTF-16, which has U+FF4B after U+1F34C.
 * Times are texts of one format, in UTC.
 */
function isBefore(one: string | number, other: string | number): boolean {
  if (typeof one === 'number' || typeof other === 'number') return one < other;
  let index = 0;
  while (index < one.length && one[index] === other[index]) index += 1;
  return (one.codePointAt(index) ?? -1) < (other.codePointAt(index) ?? -1);
}

/** Whether a product would be on the page, if it is found at all; true where that can't be told. */
export function isWithin(product: Product, page: PageBounds, query: PageQuery): boolean {
  const order = orderOf(query);
  if (order === undefined) return true;
  const keys = order.keysOf(product);
  const last = page.items.at(-1);
  if (page.nextCursor !== null && last !== undefined && compared(order, keys, order.keysOf(last)) > 0) return false;
  const start = startOf(query, order);
  return start === undefined || compared(order, keys, start) > 0;
}

/**
 * The keys of the last item of the page before. The content of a cursor is the server's affair and may change, which
 * its first member then says: a cursor that isn't understood merely costs some requests that change nothing.
 */
export function startOf({ cursor }: PageQuery, order: PageOrder): Keys | undefined {
  return cursor === undefined ? undefined : order.keysOfCursor(membersOf(cursor));
}

function membersOf(cursor: string): unknown[] {
  try {
    const bytes = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    // Not base64, or not JSON: another server's cursor.
    return [];
  }
}
