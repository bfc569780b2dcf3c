import { MANY } from './few-texts.sql.js';
import { HITS, prospectOf, SAMPLED, SEEN, WALKED } from './page-sample.sql.js';
import { BY_PRICE, BY_TIME, countOf, NARROW, type PageSpec, partAlong, PRICED, rowsOf } from './page-spec.js';
import { PRODUCTS_OF_PLACE, SMALL_PLACE } from './region.sql.js';
import { checked, type ProductConditions, whereAll } from './product-conditions.js';
import { idAndKeys, orderByKeys } from './product-order.js';

/** Hits in the sample from which on a page is close enough to walk there, however few rows could be looked up. */
const CLOSE = 3;

/** Whether to look all up instead of walking on. */
export const INSTEAD = '(SELECT look_up FROM instead)';

const WAY = '(SELECT way FROM way_to_look_up)';

/** Whether some other filter may be found to leave few products, which no plan can know. */
const isChoice = ({ place, priceRange }: ProductConditions): boolean => place.length > 0 || priceRange !== undefined;

/**
 * By which filter to look up: `place` or `price`, if it leaves few products; `large place`, if it seems to leave fewer
 * than the text does; else `all`, by the text or whatever there is.
 */
export function accessPath({ conditions, order }: PageSpec): string {
  const { place, priceRange, match } = conditions;
  if (!isChoice(conditions)) return '';
  const ofTexts = `texts t CROSS JOIN LATERAL (SELECT FROM products p WHERE p.text_id = t.id) p`;
  // Products of the text that take as long as those of the place, which are looked up by one version in any case.
  const asLong = `(SELECT ceil(${PRODUCTS_OF_PLACE} * ${partAlong(order)})::bigint)`;
  const fewerThanText = `CASE WHEN ${MANY} THEN ${PRODUCTS_OF_PLACE} * ${SAMPLED} < ${SEEN} * ${rowsOf('products')}
            ELSE ${countOf(ofTexts, asLong)} >= ${asLong} END`;
  const ways = [
    ...(place.length > 0 ? [`WHEN ${SMALL_PLACE} THEN 'place'`] : []),
    ...(priceRange
      ? [`WHEN ${countOf(`${PRICED} p ${whereAll(priceRange)} ${BY_PRICE}`, NARROW + 1)} <= ${NARROW} THEN 'price'`]
      : []),
    ...(place.length > 0 && match !== undefined
      ? [`WHEN ${PRODUCTS_OF_PLACE} IS NOT NULL AND ${fewerThanText} THEN 'large place'`]
      : []),
  ];
  return `
      way_to_look_up AS MATERIALIZED (SELECT CASE ${ways.join(' ')} ELSE 'all' END AS way),`;
}

/**
 * Says, as `instead`, whether to look up: if it is cheaper than walking on, or if the page isn't close and another
 * filter leaves less.
 */
export function preferFilteredScan(page: PageSpec): string {
  const { conditions } = page;
  const { worth, rows } = prospectOf(page);
  const largePlace = `WHEN 'large place' THEN ${HITS} = 0 OR ${WALKED} * ${PRODUCTS_OF_PLACE} < ${rows}`;
  const leavesLess = `CASE ${WAY} WHEN 'all' THEN false
          ${conditions.place.length > 0 && conditions.match !== undefined ? largePlace : ''} ELSE true END`;
  const orElse = isChoice(conditions) ? ` OR (${HITS} < ${CLOSE} AND ${leavesLess})` : '';
  return `
      instead AS MATERIALIZED (SELECT NOT (${worth})${orElse} AS look_up)`;
}

/**
 * All that fit, sorted, as `filtered_scan`.
 *
 * @param all SQL of them, if there is no better way
 * @param only when this is true
 */
export function lookedUp({ conditions, order, behind, limit }: PageSpec, all: string, only: string): string {
  const sorted = (rows: string, when: readonly string[]) => `(
        SELECT * FROM (${rows} OFFSET 0) found ${whereAll([only, ...when])} ${orderByKeys(order, 'found')} LIMIT ${limit}
      )`;
  const { place, priceRange } = conditions;
  const ways = [sorted(all, isChoice(conditions) ? [`${WAY} = 'all'`] : [])];
  if (place.length > 0) {
    const inPlace = `SELECT p.* FROM (SELECT v.id FROM vendors v ${whereAll(place)} OFFSET 0) v CROSS JOIN LATERAL (
            SELECT ${idAndKeys(order)} FROM ${BY_TIME} p
            ${whereAll(['p.vendor_id = v.id', ...conditions.besidePlace, ...behind.map(checked)])} OFFSET 0
          ) p`;
    ways.push(sorted(inPlace, [`${WAY} IN ('place', 'large place')`]));
  }
  if (priceRange !== undefined) {
    const inRange = `SELECT ${idAndKeys(order)} ${conditions.from('products')}
          ${whereAll([...priceRange, ...conditions.besidePriceRange, ...behind.map(checked)])}`;
    ways.push(sorted(inRange, [`${WAY} = 'price'`]));
  }
  return `
      filtered_scan AS MATERIALIZED (${ways.join(' UNION ALL ')})`;
}
