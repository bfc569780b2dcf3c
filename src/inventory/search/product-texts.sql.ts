import { countOf, type PageSpec } from './page-spec.js';
import { SMALL_PLACE } from './place.sql.js';
import { BEYOND_PRICES, checked, hasText, whereAll } from './product-conditions.js';
import { idAndKeys, type OrderColumn, orderBy, orderByKeys, type ProductOrder } from './product-order.js';

/** Texts whose products are looked up without looking at anything else first: 21 of each, about as many rows as are walked. */
const FEW = 100;
/** Texts of a whole catalogue up to which all that satisfy a query are found in about a millisecond, whatever the query. */
const SMALL = 20_000;
/** Products of few texts that are looked at, together, before others of them. */
const FIRST = 1_500;

export interface TextsPageSpec extends PageSpec {
  /** SQL of a text's rank, of `product_texts t`. */
  rank: string;
}

/** Whether the search's texts are too many, or not known to be few. */
export const MANY = '(SELECT are FROM many)';

/** Whether the page is complete with `few`. */
export const FEW_SUFFICE = '(SELECT suffice FROM few_texts)';

const FEW_BY = '(SELECT way FROM few_by)';

/**
 * Texts with their ranks. A commodity has few, however many vendors sell it.
 *
 * @param having what is true of their lexemes
 */
function textsWith({ conditions, rank }: TextsPageSpec, having: readonly string[]): string {
  return `SELECT t.id, ${rank} AS rank FROM product_texts t ${whereAll([...having, ...conditions.ofTexts])}`;
}

/**
 * The first products of each text in the page's order: no page of all of them needs more. Without other filters it costs
 * the same however many products have the text.
 *
 * @param having what is true of the texts' lexemes: without it, that they satisfy the query
 */
export function ofEachText(page: TextsPageSpec, having = [satisfying(page)]): string {
  return firstOf(page, textsWith(page, having), []);
}

function satisfying({ conditions }: TextsPageSpec): string {
  return hasText(conditions.match!, 't.lexemes');
}

/** @param texts SQL of their ids and ranks */
function firstOf({ conditions, order, behind, limit }: TextsPageSpec, texts: string, only: readonly string[]): string {
  const fitting = [...conditions.inIndexOfText(order), ...conditions.besideIndexOfText(order)];
  return `
        SELECT found.* FROM (${texts}) t CROSS JOIN LATERAL (
          SELECT ${idAndKeys(order)} ${conditions.from('products')}
          ${whereAll(['p.text_id = t.id', ...fitting, ...behind, ...only])}
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
 *
 * With filters that the order's index doesn't answer, some 1,500 products are looked at: all in the price range, if there are no more;
 * else so much of each text as all of them have before one of them has more (the frontier). `few_texts` says whether that is enough.
 */
export function fewTexts(page: TextsPageSpec): string {
  const { conditions, order, limit } = page;
  const small = `(SELECT reltuples < ${SMALL} FROM pg_class WHERE oid = 'product_texts'::regclass)`;
  const range = conditions.priceRangeOfText(order);
  const inRange = `texts t CROSS JOIN LATERAL (SELECT FROM products p ${whereAll(['p.text_id = t.id', ...(range ?? [])])}) p`;
  const filtered = conditions.besideIndexOfText(order).length > 0;
  const by = [
    ...(conditions.place.length > 0 ? [`WHEN ${SMALL_PLACE} THEN 'place'`] : []),
    ...(range ? [`WHEN ${countOf(inRange, FIRST + 1)} <= ${FIRST} THEN 'price'`] : []),
  ];
  const sorted = (rows: string, way: string) => `(
          SELECT * FROM (${rows} OFFSET 0) found WHERE ${FEW_BY} = '${way}' ${orderByKeys(order, 'found')} LIMIT ${limit}
        )`;
  const few = [sorted(firstOf(page, 'SELECT * FROM texts', filtered ? upToFrontier(order) : []), 'order')];
  if (range) few.push(sorted(allInRange(page, range), 'price'));
  const enough = `${FEW_BY} = 'order' AND ((SELECT count(*) FROM few) = ${limit} OR NOT EXISTS (SELECT FROM frontier))`;
  return `
      texts AS MATERIALIZED (
        ${textsWith(page, [satisfying(page), small])} LIMIT ${FEW + 1}
      ),
      many AS MATERIALIZED (SELECT NOT ${small} OR (SELECT count(*) FROM texts) > ${FEW} AS are),
      few_by AS MATERIALIZED (SELECT CASE WHEN ${MANY} THEN 'nothing' ${by.join(' ')} ELSE 'order' END AS way),
      ${filtered ? `frontier AS MATERIALIZED (${frontier(page)}),` : ''}
      few AS MATERIALIZED (${few.join(' UNION ALL ')}),
      few_texts AS MATERIALIZED (SELECT ${filtered ? `${FEW_BY} = 'price' OR (${enough})` : `${FEW_BY} = 'order'`} AS suffice)`;
}

function allInRange({ conditions, order, behind }: TextsPageSpec, range: readonly string[]): string {
  return `
        SELECT found.* FROM texts t CROSS JOIN LATERAL (
          SELECT ${idAndKeys(order)} ${conditions.from('products')}
          ${whereAll(['p.text_id = t.id', ...range, ...conditions.besidePriceRangeOfText, ...behind.map(checked)])} OFFSET 0
        ) found`;
}

/** Keys of the product up to which each text's first products hold all there are; none if they hold all without end. */
function frontier({ conditions, order, behind, limit }: TextsPageSpec): string {
  const ofEach = `(SELECT greatest(${limit}::bigint, ${FIRST} / greatest(count(*), 1)) FROM texts)`;
  return `
        SELECT last.* FROM texts t CROSS JOIN LATERAL (
          SELECT ${idAndKeys(order)} FROM products p
          ${whereAll(['p.text_id = t.id', ...conditions.inIndexOfText(order), ...behind])}
          ${orderBy(withoutRank(order))} OFFSET ${ofEach} - 1 LIMIT 1
        ) last WHERE ${FEW_BY} = 'order' ${orderByKeys(order, 'last')} LIMIT 1`;
}

/** What is behind all products, in place of a frontier. */
const END: Record<ProductOrder['direction'], Record<OrderColumn['type'], string>> = {
  ASC: { rank: '3', price: `${BEYOND_PRICES}`, time: `'infinity'::timestamptz`, text: `''` },
  DESC: { rank: '-1', price: '-1', time: `'-infinity'::timestamptz`, text: `''` },
};

/** True of products of `t` that aren't behind the frontier. */
function upToFrontier(order: ProductOrder): string[] {
  const edges = order.columns.map(
    ({ type }, index) => `coalesce((SELECT key${index} FROM frontier), ${END[order.direction][type]})`,
  );
  const [rank] = order.columns[0]!.type === 'rank' ? edges.splice(0, 1) : [];
  const columns = withoutRank(order).columns.map(({ sql }) => sql);
  const within = order.direction === 'ASC' ? '<=' : '>=';
  if (rank === undefined) return [`(${columns.join(', ')}) ${within} (${edges.join(', ')})`];
  const first = `CASE WHEN t.rank > ${rank} THEN '-infinity'::timestamptz ELSE ${edges[0]} END`;
  return [`t.rank >= ${rank}`, `(${columns.join(', ')}) ${within} (${[first, ...edges.slice(1)].join(', ')})`];
}
