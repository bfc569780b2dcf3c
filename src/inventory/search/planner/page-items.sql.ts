import { compactJson } from '../../../database/index.js';
import { comparablePriceSql } from '../../products/comparable-price.sql.js';
import { PRODUCT_JSON_FIELDS } from '../../products/stored-product.sql.js';
import { MOST } from './page-spec.js';
import { type AskedGroup, orderByKeys, type OrderColumn, type ProductOrder } from './product-order.js';

/** What items show that the search decides, by placeholders. */
export interface ShownTerms {
  asked: AskedGroup;
  /** Unit of `pricePer`, if it isn't that of the group, and how many of the latter it holds. */
  per: { unit: string; factor: string } | undefined;
  /** Languages of display names (`languagesOf`). */
  lang: string | undefined;
}

/**
 * Events that wait for their positions are told apart up to this many, more than some pages of an import bring. At
 * 1,000, as many as one such page has, a page of products read beside an import was mostly of no position that it could
 * know. Each page that is read from PostgreSQL takes so much longer, on two processors with others at work: 0.04 ms if
 * none waits, 0.3 ms if 1,000 do, 1.6 ms at 5,000, and 7 to 11 ms at 20,000. To find those
 * that follow a position takes as long again.
 */
export const MOST_WAITING = 5_000;

/**
 * SQL of which events fulfil a condition, in a few characters that begin with how many there are; null if there are
 * none. Of a set: hashes of 64 bits joined by XOR, as a text of all numbers took half as long again (2.5 ms for 5,000).
 */
export const waitingEvents = (condition: string): string => `
    (SELECT count(*) || ':' || bit_xor(hashint8extended(seq, 0))
     FROM (SELECT seq FROM inventory_events WHERE ${condition} ORDER BY seq LIMIT ${MOST_WAITING}) waiting)`;

const VENDOR_OF_PRODUCT = `v.id, v.name, ${compactJson('v.names')} AS names, v.market, v.district, v.state`;

/**
 * The items of a page as JSON, and what was seen of the log: its last position, and the events that wait for theirs.
 *
 * @param found SQL of the ids and sort keys of what is on the page
 */
export function pageItems(found: string, order: ProductOrder, shown: ShownTerms): string {
  const { lang } = shown;
  const displayName = lang === undefined ? '' : `, coalesce((${nameIn(lang)}), p.name) AS "displayName"`;
  return `
    SELECT head.position, head.waiting, page.id, page."vendorId", page.item, ${order.columns.map(keyAsText).join(', ')}
    FROM (SELECT coalesce(max(position), 0) AS position, ${waitingEvents('position IS NULL')} AS waiting
          FROM inventory_events) head
    LEFT JOIN LATERAL (
      SELECT p.id, p.vendor_id AS "vendorId", row_to_json(item)::text AS item,
             ${order.columns.map((_column, index) => `found.key${index}`).join(', ')}
      FROM (SELECT * FROM (${found}) page LIMIT ${MOST}) found JOIN products p ON p.id = found.id JOIN vendors v ON v.id = p.vendor_id
      CROSS JOIN LATERAL (
        SELECT ${PRODUCT_JSON_FIELDS}, (SELECT vendor FROM (SELECT ${VENDOR_OF_PRODUCT}) vendor) AS vendor${displayName},
               ${pricePer(shown)} AS "pricePer"
      ) item
    ) page ON true
    ${orderByKeys(order, 'page')}`;
}

/** A product's name in the first of the languages that it has one in, whatever the case of tags. */
const nameIn = (languages: string): string => `
        SELECT value FROM jsonb_each_text(p.names) WHERE lower(key) = ANY (${languages}::text[])
        ORDER BY array_position(${languages}::text[], lower(key)) LIMIT 1`;

/** Made of the base price where the comparable price may be rounded too much. */
function pricePer({ asked: { bound }, per }: ShownTerms): string {
  const amount = per
    ? comparablePriceSql({
        unit: 'p.unit',
        unitWeightKg: 'p.unit_weight_kg',
        basePrice: `p.base_price * ${per.factor}::numeric`,
      })
    : 'p.comparable_price';
  const unit = per?.unit ?? bound.per;
  // Not by `json_build_object`, which puts blanks between.
  return `(SELECT row_to_json(priced) FROM (SELECT trim_scale(${amount}) AS amount, ${unit}::text AS unit) priced
                WHERE p.dimension = ${bound.per} AND p.currency = ${bound.currency})`;
}

/** A time as PostgreSQL writes it, a price without zeros at its end: only the last one's is ever read. */
function keyAsText({ type }: OrderColumn, index: number): string {
  if (type === 'time') return `page.key${index}::text AS key${index}`;
  return type === 'price' ? `trim_scale(page.key${index})::text AS key${index}` : `page.key${index}`;
}
