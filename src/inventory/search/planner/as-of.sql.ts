import { PRODUCT_FIELDS, STORED_PRODUCT } from '../../../contracts/index.js';
import { TEXT_COLUMNS } from '../../products/versions/product-versions.sql.js';
import { BY_PRICE, BY_TIME, COUNTED, PRICED, VERSIONS } from './page-spec.js';
import type { SearchStatement } from './product-search.sql.js';
import { named } from './sql-builder.js';

const isOf = (versions: string, at: string): string =>
  `${versions}.from_position <= ${at} AND (${versions}.to_position IS NULL OR ${versions}.to_position > ${at})`;

const textColumn = (column: string): string =>
  `(SELECT t.${column} FROM product_version_texts t WHERE t.id = v.text_id)`;

/** What an identity has: read there, it is in the indexes by time and vendor. */
const OF_IDENTITY = ['id', 'vendor_id', 'category', 'created_at'];

/**
 * Texts are looked up where they are used, so that an ordered scan needn't.
 *
 * @param identity what columns of an identity are read from
 */
const productColumns = (identity: string): string =>
  [
    ...PRODUCT_FIELDS.map((field) => STORED_PRODUCT[field].column).map((column) =>
      TEXT_COLUMNS.includes(column) && column !== 'category'
        ? `${textColumn(column)} AS ${column}`
        : `${OF_IDENTITY.includes(column) ? identity : 'v'}.${column}`,
    ),
    ...['v.dimension', `${identity}.text_id`, `${textColumn('lexemes')} AS search`],
  ].join(', ');

/**
 * The relations that a search is made from, as they were at a position, under the names of the tables that have the
 * present: so whatever is found is found by the very same statement. They are merged into it, and have indexes as the
 * tables do; those by time and by vendor in a table of their own (`BY_TIME`).
 *
 * @param at placeholder of the position
 */
const relations = (at: string): string => `
    WITH products AS NOT MATERIALIZED (
      SELECT ${productColumns('v')} FROM product_versions v WHERE ${isOf('v', at)}
    ), products_by_time AS NOT MATERIALIZED (
      SELECT ${productColumns('i')} FROM product_identities i CROSS JOIN LATERAL (
        SELECT * FROM product_versions v WHERE v.id = i.id AND v.from_position <= ${at}
        ORDER BY v.from_position DESC LIMIT 1) v
      WHERE ${isOf('i', at)} AND (v.to_position IS NULL OR v.to_position > ${at})
    ), products_counted AS NOT MATERIALIZED (
      SELECT i.id, i.vendor_id FROM product_identities i WHERE ${isOf('i', at)}
    ), products_priced AS NOT MATERIALIZED (
      SELECT v.category, v.text_id, v.dimension, v.currency, v.comparable_price, v.id FROM product_versions v
    ), product_texts AS NOT MATERIALIZED (
      SELECT t.id, t.lexemes, t.category FROM product_version_texts t
    ), vendors AS NOT MATERIALIZED (
      SELECT v.* FROM vendor_versions v WHERE ${isOf('v', at)}
    ), inventory_events AS NOT MATERIALIZED (
      SELECT ${at} AS position, 0::bigint AS seq
    )`;

const ALONG_PRICES = /\/\* along prices \*\/ (\d+)/g;

/** What a search would have found at a position. */
export function asOf({ statement, values }: SearchStatement, position: number): SearchStatement {
  const at = `$${values.length + 1}`;
  const text = `${relations(`${at}::bigint`)}
    SELECT * FROM (${ofPast(statement.text)}) answered`;
  return { statement: named('as-of', text), values: [...values, position] };
}

/**
 * Fewer products are read along an index of prices, as all their versions would be passed; those of a place or of a
 * text are soon looked up instead, each by its one version.
 */
function ofPast(text: string): string {
  const inHistory = text
    .replaceAll(BY_TIME, 'products_by_time')
    .replaceAll(COUNTED, 'products_counted')
    .replaceAll(PRICED, 'products_priced')
    .replaceAll(BY_PRICE, 'ORDER BY p.comparable_price, p.id');
  return inHistory.replace(ALONG_PRICES, (_along, products: string) => `${Math.ceil(Number(products) / VERSIONS)}`);
}
