import type { PriceGroup, ProductSort } from '../../../contracts/index.js';
import { type CursorKey, decodeCursor, encodeCursor, keyOf, type KeyType } from './page-cursor.js';

/** A total order of products: every sort ends with the id, so a page has one well-defined successor. */
export interface ProductOrder {
  /** What cursors of this order say they are of; renamed whenever the order's meaning changes. */
  name: string;
  columns: readonly OrderColumn[];
  /** All columns go the same way, so one row comparison finds the next page. */
  direction: 'ASC' | 'DESC';
}

export interface OrderColumn {
  /** Of `products p`. */
  sql: string;
  type: KeyType;
}

/** The prices that are compared, and the placeholders of both. */
export interface AskedGroup extends PriceGroup {
  bound: PriceGroup;
}

const ID = { sql: 'p.id', type: 'text' } as const;
const PRICE = { sql: 'p.comparable_price', type: 'price' } as const;
const GROUP = [
  { sql: 'p.dimension', type: 'unit' },
  { sql: 'p.currency', type: 'text' },
] as const;
const CREATED = { sql: 'p.created_at', type: 'time' } as const;

/** 0 to their number. @param queries placeholders of those of `RANKED_BY`: what satisfies more of them ranks higher */
export function rankSql(lexemes: string, queries: readonly string[]): string {
  return `(${queries.map((query) => `(${lexemes} @@ ${query}::tsquery)::int`).join(' + ')})`;
}

/** @param rank SQL of a product's rank for the text; without a text nothing is more relevant than anything else */
export function productOrder(sort: ProductSort | undefined, rank: string | undefined, asked: AskedGroup): ProductOrder {
  if (sort === 'price_asc') return priceOrder('ASC', asked);
  if (sort === 'price_desc') return priceOrder('DESC', asked);
  if (sort === 'newest' || rank === undefined) return { name: 'newest', columns: [CREATED, ID], direction: 'DESC' };
  return { name: 'ranks', columns: [{ sql: rank, type: 'rank' }, CREATED, ID], direction: 'DESC' };
}

/**
 * Only prices of a group are compared. So the products of the group that is asked for come first, and all others behind
 * them, by group and price; descending, too, where both parts are reversed. See `pricePage`.
 */
function priceOrder(direction: 'ASC' | 'DESC', { per, currency, bound }: AskedGroup): ProductOrder {
  const isAsked = `(${GROUP.map(({ sql }) => sql).join(', ')}) = (${bound.per}, ${bound.currency})`;
  const part = { sql: `(${direction === 'ASC' ? `NOT (${isAsked})` : isAsked})::int`, type: 'part' } as const;
  return {
    name: `price:${direction.toLowerCase()}:${currency}:${per}`,
    columns: [part, ...GROUP, PRICE, ID],
    direction,
  };
}

/** The key by which the products of the group that is asked for come first, and that of all others. */
export const partKeys = ({ direction }: ProductOrder): { asked: number; others: number } =>
  direction === 'ASC' ? { asked: 0, others: 1 } : { asked: 1, others: 0 };

/** The order within the group that is asked for, and that of all others. */
export const orderOfAsked = (order: ProductOrder): ProductOrder => ({ ...order, columns: [PRICE, ID] });
export const orderOfOthers = (order: ProductOrder): ProductOrder => ({ ...order, columns: [...GROUP, PRICE, ID] });

export const isByRank = ({ columns }: ProductOrder): boolean => columns[0]!.type === 'rank';

export const isByPrice = ({ columns }: ProductOrder): boolean => columns.some(({ type }) => type === 'price');

export function orderBy({ columns, direction }: ProductOrder): string {
  return `ORDER BY ${columns.map(({ sql }) => `${sql} ${direction}`).join(', ')}`;
}

/** The same order, of rows that carry their keys. */
export function orderByKeys({ columns, direction }: ProductOrder, table: string): string {
  return `ORDER BY ${columns.map((_column, index) => `${table}.key${index} ${direction}`).join(', ')}`;
}

/** A product's id and keys: all that a page needs until it is known what is on it. */
export function idAndKeys({ columns }: ProductOrder): string {
  return ['p.id', ...columns.map(({ sql }, index) => `${sql} AS key${index}`)].join(', ');
}

/** True of what comes after the item with these keys. @param keys placeholders */
export function after({ columns, direction }: ProductOrder, keys: readonly string[]): string {
  const comparison = direction === 'ASC' ? '>' : '<';
  return `(${columns.map(({ sql }) => sql).join(', ')}) ${comparison} (${keys.join(', ')})`;
}

/** A cursor doesn't say of which part it is: the group does. */
const typesOf = ({ columns }: ProductOrder): KeyType[] =>
  columns.map(({ type }) => type).filter((type) => type !== 'part');

/** The keys that a cursor holds. Throws `ValidationFailedError` if it is of another order. */
export const keysOfCursor = (order: ProductOrder, cursor: string): CursorKey[] =>
  decodeCursor(cursor, order.name, typesOf(order));

/** The cursor of what comes after a row. @param row has the order's keys as PostgreSQL gives them; times as text */
export function cursorAfter(order: ProductOrder, row: Record<`key${number}`, CursorKey>): string {
  const keys = order.columns.flatMap(({ type }, index) => (type === 'part' ? [] : [keyOf(row[`key${index}`]!, type)]));
  return encodeCursor(order.name, keys);
}
