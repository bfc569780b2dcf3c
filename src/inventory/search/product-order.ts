import type { KeyType } from './page-cursor.js';
import type { ProductSort } from '../../contracts/index.js';

/** A total order of products: every sort ends with the id, so a page has one well-defined successor. */
export interface ProductOrder {
  name: string;
  columns: readonly { sql: string; type: KeyType }[];
  /** All columns go the same way, so one row comparison finds the next page. */
  direction: 'ASC' | 'DESC';
}

const ID = { sql: 'p.id', type: 'text' } as const;
const PRICE = { sql: 'p.base_price', type: 'price' } as const;
const CREATED = { sql: 'p.created_at', type: 'time' } as const;

export function rankSql(table: string, matches: readonly string[]): string {
  return `(${matches.map((match) => `(${table}.search @@ ${match}::tsquery)::int`).join(' + ')})`;
}

/** @param matches placeholders of ever weaker queries; the more of them a product satisfies, the higher it ranks */
export function productOrder(sort: ProductSort | undefined, matches: readonly string[]): ProductOrder {
  if (sort === 'price_asc') return { name: sort, columns: [PRICE, ID], direction: 'ASC' };
  if (sort === 'price_desc') return { name: sort, columns: [PRICE, ID], direction: 'DESC' };
  // Without a text nothing is more relevant than anything else.
  if (sort === 'newest' || matches.length === 0) {
    return { name: 'newest', columns: [CREATED, ID], direction: 'DESC' };
  }
  const rank = { sql: rankSql('p', matches), type: 'rank' } as const;
  return { name: 'relevance', columns: [rank, CREATED, ID], direction: 'DESC' };
}
