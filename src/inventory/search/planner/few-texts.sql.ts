import { BEST_RANK } from '../../text/text-query.js';
import { MAX_UNIT } from './page-cursor.js';
import { along, countOf, PRICED, productsIn, rowsOf } from './page-spec.js';
import { SMALL_PLACE } from './region.sql.js';
import { BEYOND_PRICES, checked, whereAll } from './product-conditions.js';
import { idAndKeys, type OrderColumn, orderBy, orderByKeys, type ProductOrder } from './product-order.js';
import { firstOf, satisfying, type TextsPageSpec, textsWith, withoutRank } from './product-texts.sql.js';

/**
 * Texts whose products are looked up without looking at anything else first: 21 of each, about as many rows as are
 * walked.
 */
const FEW = 100;
/**
 * Texts of a whole catalogue up to which all that satisfy a query are found in about a millisecond, whatever the query.
 */
const SMALL = 20_000;
/** Products of few texts that are looked at for each row of a page: at first, and if too few of them fit. */
const FIRST_PASS = 20;
const SECOND_PASS = 75;
/** Products of few texts within a price range that are looked at, if there are no more. */
const IN_RANGE = 1_500;

/** Whether the search's texts are too many, or not known to be few. */
export const MANY = '(SELECT are FROM many)';

/** Whether the page is complete with `few`. */
export const FEW_SUFFICE = '(SELECT suffice FROM few_texts)';

/**
 * At what else products are looked at, after the nearest: `nothing`, or those of the `place`, of the `price`, or those
 * `far` off.
 */
const NEXT = '(SELECT what FROM next)';

/**
 * The page as `few`, if few texts satisfy the query; else `many` says so. Of a catalogue with many texts it does
 * without looking at them: all that satisfy a common query would be found before the first hundred.
 *
 * A filter that the order's index doesn't answer may leave few of a text's products. So only as much of each text is
 * looked at as all of them have before one of them has more (the frontier): some 400 products at first; then all within
 * the price range, or 1,600 products. `few_texts` says whether that was enough.
 */
export function fewTexts(page: TextsPageSpec): string {
  const small = `(${rowsOf('product_texts')} < ${SMALL})`;
  const isFiltered = page.conditions.residualFilters(page.order).length > 0;
  return `
      texts AS MATERIALIZED (
        ${textsWith(page, [satisfying(page), small])} LIMIT ${FEW + 1}
      ),
      many AS MATERIALIZED (SELECT NOT ${small} OR (SELECT count(*) FROM texts) > ${FEW} AS are),
      ${isFiltered ? filtered(page) : `few AS MATERIALIZED (${firstOfFew(page, `NOT ${MANY}`)})`},
      few_texts AS MATERIALIZED (
        SELECT NOT ${MANY}${isFiltered ? ` AND CASE ${NEXT} WHEN 'far' THEN ${isComplete('far', page)} ELSE ${NEXT} <> 'place' END` : ''} AS suffice
      )`;
}

function filtered(page: TextsPageSpec): string {
  const { conditions, order } = page;
  const range = conditions.priceRangeOfText(order);
  const inRange = `texts t CROSS JOIN LATERAL (SELECT FROM ${PRICED} p ${whereAll(['p.text_id = t.id', ...(range ?? [])])}) p`;
  const next = [
    ...(conditions.place.length > 0 ? [`WHEN ${SMALL_PLACE} THEN 'place'`] : []),
    ...(range ? [`WHEN ${countOf(inRange, IN_RANGE + 1)} <= ${IN_RANGE} THEN 'price'`] : []),
  ];
  return `
      ${upToFrontier('near', page, FIRST_PASS, `NOT ${MANY}`)},
      next AS MATERIALIZED (
        SELECT CASE WHEN ${MANY} OR ${isComplete('near', page)} THEN 'nothing' ${next.join(' ')} ELSE 'far' END AS what
      ),
      ${upToFrontier('far', page, SECOND_PASS, `${NEXT} = 'far'`)},
      few AS MATERIALIZED (
        SELECT * FROM near WHERE ${NEXT} = 'nothing' UNION ALL SELECT * FROM far
        ${range ? `UNION ALL (${allInRange(page, range, `${NEXT} = 'price'`)})` : ''}
      )`;
}

/**
 * Those of the page that come before the frontier, as `name`.
 *
 * @param each how many products are looked at for each row of the page
 */
function upToFrontier(name: string, page: TextsPageSpec, each: number, only: string): string {
  const { conditions, order, behind, limit } = page;
  const ofEachText = `(SELECT ceil(${along(order, each)} * ${limit}::bigint / greatest(count(*), 1)::float8)::bigint FROM texts)`;
  const first = (beside: readonly string[]): string => `
            SELECT ${idAndKeys(order)} FROM ${productsIn(order)} p
            ${whereAll(['p.text_id = t.id', ...conditions.inIndexOfText(order), ...behind, ...beside])}
            ${orderBy(withoutRank(order))} LIMIT ${ofEachText}`;
  return `
      ${name}_frontier AS MATERIALIZED (
        SELECT last.* FROM texts t CROSS JOIN LATERAL (
          SELECT * FROM (${conditions.inOrder(first, orderByKeys(order, 'p'), ofEachText)}
          ) first OFFSET ${ofEachText} - 1 LIMIT 1
        ) last WHERE ${only} ${orderByKeys(order, 'last')} LIMIT 1
      ),
      ${name} AS MATERIALIZED (${firstOfFew(page, only, notBehind(`${name}_frontier`, order))})`;
}

/** Whether there is no more to find: all texts' products come before the frontier if there is none. */
function isComplete(name: string, { limit }: TextsPageSpec): string {
  return `((SELECT count(*) FROM ${name}) = ${limit} OR NOT EXISTS (SELECT FROM ${name}_frontier))`;
}

/** @param beside SQL of what else is true of them */
function firstOfFew(page: TextsPageSpec, only: string, beside: readonly string[] = []): string {
  return sorted(page, firstOf(page, 'SELECT * FROM texts', beside), only);
}

function allInRange(page: TextsPageSpec, range: readonly string[], only: string): string {
  const { conditions, order, behind } = page;
  const found = `
        SELECT found.* FROM texts t CROSS JOIN LATERAL (
          SELECT ${idAndKeys(order)} ${conditions.from('products')}
          ${whereAll(['p.text_id = t.id', ...range, ...conditions.besidePriceRangeOfText, ...behind.map(checked)])} OFFSET 0
        ) found`;
  return sorted(page, found, only);
}

function sorted({ order, limit }: TextsPageSpec, rows: string, only: string): string {
  return `
        SELECT * FROM (${rows} OFFSET 0) found WHERE ${only} ${orderByKeys(order, 'found')} LIMIT ${limit}`;
}

/** The last character, more often than a unit has characters. */
const BEYOND_UNITS = `repeat(chr(x'10FFFF'::int), ${MAX_UNIT + 1})`;

/** What comes after all products, in place of a frontier. */
const END: Record<ProductOrder['direction'], Record<OrderColumn['type'], string>> = {
  ASC: {
    rank: `${BEST_RANK + 1}`,
    price: `${BEYOND_PRICES}`,
    time: `'infinity'::timestamptz`,
    text: `''`,
    unit: BEYOND_UNITS,
    part: '2',
  },
  DESC: { rank: '-1', price: '-1', time: `'-infinity'::timestamptz`, text: `''`, unit: `''`, part: '-1' },
};

/** True of products of `t` that don't come after the frontier. */
function notBehind(frontier: string, order: ProductOrder): string[] {
  const edges = order.columns.map(
    ({ type }, index) => `coalesce((SELECT key${index} FROM ${frontier}), ${END[order.direction][type]})`,
  );
  const [rank] = order.columns[0]!.type === 'rank' ? edges.splice(0, 1) : [];
  const columns = withoutRank(order).columns.map(({ sql }) => sql);
  const within = order.direction === 'ASC' ? '<=' : '>=';
  if (rank === undefined) return [`(${columns.join(', ')}) ${within} (${edges.join(', ')})`];
  const first = `CASE WHEN t.rank > ${rank} THEN '-infinity'::timestamptz ELSE ${edges[0]} END`;
  return [`t.rank >= ${rank}`, `(${columns.join(', ')}) ${within} (${[first, ...edges.slice(1)].join(', ')})`];
}
