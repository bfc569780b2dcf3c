import { type PageSpec, productsIn } from './page-spec.js';
import { hasText, whereAll } from './product-conditions.js';
import { idAndKeys, orderBy, orderByKeys, type ProductOrder } from './product-order.js';

export interface TextsPageSpec extends PageSpec {
  /** SQL of a text's rank, of `product_texts t`. */
  rank: string;
}

/**
 * Texts with their ranks. A commodity has few, however many vendors sell it.
 *
 * @param having what is true of their lexemes
 */
export function textsWith({ conditions, rank }: TextsPageSpec, having: readonly string[]): string {
  return `SELECT t.id, ${rank} AS rank FROM product_texts t ${whereAll([...having, ...conditions.ofTexts])}`;
}

/**
 * The first products of each text in the page's order: no page of all of them needs more. Without other filters it
 * costs the same however many products have the text.
 *
 * @param having what is true of the texts' lexemes: without it, that they satisfy the query
 */
export function ofEachText(page: TextsPageSpec, having = [satisfying(page)]): string {
  return firstOf(page, textsWith(page, having), []);
}

export function satisfying({ conditions }: TextsPageSpec): string {
  return hasText(conditions.match!, 't.lexemes');
}

/** @param texts SQL of their ids and ranks */
export function firstOf(
  { conditions, order, behind, limit }: TextsPageSpec,
  texts: string,
  only: readonly string[],
): string {
  const fitting = [...conditions.inIndexOfText(order), ...conditions.residualFilters(order)];
  const first = (beside: readonly string[]): string => `
          SELECT ${idAndKeys(order)} ${conditions.from(productsIn(order))}
          ${whereAll(['p.text_id = t.id', ...fitting, ...behind, ...only, ...beside])}
          ${orderBy(withoutRank(order))} LIMIT ${limit}`;
  return `
        SELECT found.* FROM (${texts}) t CROSS JOIN LATERAL (${conditions.inOrder(first, orderByKeys(order, 'p'), limit)}
        ) found`;
}

/** All products of a text have the same. */
export function withoutRank(order: ProductOrder): ProductOrder {
  return { ...order, columns: order.columns.filter(({ type }) => type !== 'rank') };
}
