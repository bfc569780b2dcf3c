import type { ProductSort } from '../../contracts/index.js';
import type { KeyType } from './page-cursor.js';

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

const ID = { sql: 'p.id', type: 'text' } as const;
const PRICE = { sql: 'p.base_price', type: 'price' } as const;
const CREATED = { sql: 'p.created_at', type: 'time' } as const;

/**
 * 0 to 2. @param queries placeholders of `whole` and `named` (see TextQuery): what satisfies more of them ranks higher
 */
export function rankSql(lexemes: string, queries: readonly string[]): string {
  return `(${queries.map((query) => `(${lexemes} @@ ${query}::tsquery)::int`).join(' + ')})`;
}

/** @param rank SQL of a product's rank for the text; without a text nothing is more relevant than anything else */
export function productOrder(sort: ProductSort | undefined, rank: string | undefined): ProductOrder {
  if (sort === 'price_asc') return { name: sort, columns: [PRICE, ID], direction: 'ASC' };
  if (sort === 'price_desc') return { name: sort, columns: [PRICE, ID], direction: 'DESC' };
  if (sort === 'newest' || rank === undefined) return { name: 'newest', columns: [CREATED, ID], direction: 'DESC' };
  return { name: 'rank', columns: [{ sql: rank, type: 'rank' }, CREATED, ID], direction: 'DESC' };
}

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
