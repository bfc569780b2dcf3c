import { COUNTED, countOf, NARROW, type PageSpec, rowsOf } from './page-spec.js';
import { whereAll } from './product-conditions.js';

/** Vendors of a place that may be a small one. */
const FEW_VENDORS = 200;
/** Vendors that are counted at most; a place with more is no help in finding anything. */
const MANY_VENDORS = 5_000;

/** Whether a place has so few products that they are looked up, whatever else is asked for. */
export const SMALL_PLACE = '(SELECT holds FROM small_place)';

/** How many products a place has if its vendors have as many as others; null if it has too many to look up. */
export const PRODUCTS_OF_PLACE = '(SELECT products FROM of_place)';

/** What is to be known of a place, if one is asked for. */
export function ofPlace({ conditions: { place } }: PageSpec): string {
  if (place.length === 0) return '';
  const vendors = `vendors v ${whereAll(place)}`;
  const products = `(SELECT v.id FROM ${vendors} LIMIT ${FEW_VENDORS}) v
          CROSS JOIN LATERAL (SELECT FROM ${COUNTED} p WHERE p.vendor_id = v.id LIMIT ${NARROW + 1}) p`;
  return `
      of_place AS MATERIALIZED (
        SELECT vendors, CASE WHEN vendors <= ${MANY_VENDORS} THEN vendors * ${rowsOf('products')} / greatest(${rowsOf('vendors')}, 1) END AS products
        FROM (SELECT ${countOf(vendors, MANY_VENDORS + 1)} AS vendors) counted
      ),
      small_place AS MATERIALIZED (
        SELECT (SELECT vendors FROM of_place) <= ${FEW_VENDORS} AND ${countOf(products, NARROW + 1)} <= ${NARROW} AS holds
      ),`;
}
