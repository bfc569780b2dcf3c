import { hasText, whereAll } from './product-conditions.js';
import { idAndKeys, orderBy, orderByKeys, type ProductOrder } from './product-order.js';
import type { PageSpec } from './staged-page.sql.js';

/** Texts whose products are looked up without looking at anything else first: 21 of each, about as many rows as are walked. */
const FEW = 100;
/** Texts of a whole catalogue up to which all that satisfy a query are found in about a millisecond, whatever the query. */
const SMALL = 20_000;

export interface TextsPageSpec extends PageSpec {
  /** SQL of a text's rank, of `product_texts t`. */
  rank: string;
}

/** Whether the search's texts are too many, or not known to be few. */
export const MANY = '(SELECT are FROM many)';

/**
 * Texts with their ranks. A commodity has few, however many vendors sell it.
 *
 * @param having what is true of their lexemes
 */
function textsWith({ conditions, rank }: TextsPageSpec, having: readonly string[]): string {
  return `SELECT t.id, ${rank} AS rank FROM product_texts t ${whereAll([...having, ...conditions.ofTexts])}`;
}

/**
 * The first products of each text in the page's order: no page of all of them needs more, so it costs the same however
 * many products have the text.
 *
 * @param having what is true of the texts' lexemes: without it, that they satisfy the query
 */
export function ofEachText(page: TextsPageSpec, having = [satisfying(page)]): string {
  return firstOf(page, textsWith(page, having));
}

function satisfying({ conditions }: TextsPageSpec): string {
  return hasText(conditions.match!, 't.lexemes');
}

/** @param texts SQL of their ids and ranks */
function firstOf({ conditions, order, behind, limit }: TextsPageSpec, texts: string): string {
  return `
        SELECT found.* FROM (${texts}) t CROSS JOIN LATERAL (
          SELECT ${idAndKeys(order)} ${conditions.from('products')}
          ${whereAll(['p.text_id = t.id', ...conditions.ofOneText(order), ...behind])}
          ${orderBy(withoutRank(order))} LIMIT ${limit}
        ) found`;
}

/** All products of a text have the same. */
function withoutRank(order: ProductOrder): ProductOrder {
  return { ...order, columns: order.columns.filter(({ type }) => type !== 'rank') };
}

/**
 * The page as `few`, if few texts satisfy the query; else `many` says so. Of a catalogue with many texts it does without
 * looking at them: all that satisfy a common query would be found before the first hundred.
 */
export function fewTexts(page: TextsPageSpec): string {
  const { order, limit } = page;
  const small = `(SELECT reltuples < ${SMALL} FROM pg_class WHERE oid = 'product_texts'::regclass)`;
  return `
      texts AS MATERIALIZED (
        ${textsWith(page, [satisfying(page), small])} LIMIT ${FEW + 1}
      ),
      many AS MATERIALIZED (SELECT NOT ${small} OR (SELECT count(*) FROM texts) > ${FEW} AS are),
      few AS MATERIALIZED (
        SELECT * FROM (${firstOf(page, 'SELECT * FROM texts')} OFFSET 0) few
        WHERE NOT ${MANY} ${orderByKeys(order, 'few')} LIMIT ${limit}
      )`;
}
