import type { Product } from '../contracts/index.js';
import type { PageBounds } from './page-bounds.js';
import type { PageQuery } from './page-effect.js';

/** What an order looks at, of a product or of a cursor. */
export type Place = Partial<Pick<Product, 'id' | 'basePrice' | 'createdAt'>>;

/** Negative if one comes before the other. */
export type Comparison = (one: Place, other: Place) => number;

export interface PageOrder {
  field: 'basePrice' | 'createdAt';
  compare: Comparison;
  /** What the server's cursors of this order begin with. */
  cursorName: string;
}

/**
 * The order of a search's products; undefined by relevance, which only the server can judge. Ends with the id like the
 * server's, which compares ids byte by byte.
 */
export function orderOf({ q, sort }: PageQuery): PageOrder | undefined {
  if (sort === 'price_asc') return { field: 'basePrice', compare: by('basePrice', 1), cursorName: sort };
  if (sort === 'price_desc') return { field: 'basePrice', compare: by('basePrice', -1), cursorName: sort };
  if (sort !== 'newest' && q !== undefined) return undefined;
  return { field: 'createdAt', compare: by('createdAt', -1), cursorName: 'newest' };
}

function by(field: PageOrder['field'], direction: 1 | -1): Comparison {
  return (one, other) => direction * (compared(one[field], other[field]) || compared(one.id, other.id));
}

/** Times compare as texts: they are all of one format, in UTC. */
function compared<Value extends string | number>(one: Value | undefined, other: Value | undefined): number {
  if (one === undefined || other === undefined || one === other) return 0;
  return one < other ? -1 : 1;
}

/** Whether a product with this place would be on the page, if it is found at all; true where that can't be told. */
export function isWithin(product: Place, page: PageBounds, query: PageQuery): boolean {
  const order = orderOf(query);
  if (order === undefined) return true;
  const last = page.items.at(-1);
  if (page.nextCursor !== null && last !== undefined && order.compare(product, last) > 0) return false;
  const start = startOf(query, order);
  return start === undefined || order.compare(product, start) > 0;
}

/**
 * The last item of the page before. The content of a cursor is the server's affair and may change, which its first
 * member then says: a cursor that isn't understood merely costs some requests that change nothing.
 */
export function startOf({ cursor }: PageQuery, { cursorName, field }: PageOrder): Place | undefined {
  if (cursor === undefined) return undefined;
  const [name, key, id, ...more] = membersOf(cursor);
  const known = name === cursorName && typeof id === 'string' && more.length === 0;
  if (!known || typeof key !== (field === 'basePrice' ? 'number' : 'string')) return undefined;
  return { [field]: key as string | number, id };
}

function membersOf(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')));
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    // Not base64, or not JSON: another server's cursor.
    return [];
  }
}
