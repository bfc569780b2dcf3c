import { PRODUCT_FIELDS, STORED_PRODUCT } from '../../../contracts/index.js';
import { TEXT_COLUMNS } from '../../products/versions/product-versions.sql.js';
import type { SearchStatement } from './product-search.sql.js';
import { named } from './sql-builder.js';

const isOf = (versions: string, at: string): string =>
  `${versions}.from_position <= ${at} AND (${versions}.to_position IS NULL OR ${versions}.to_position > ${at})`;

const textColumn = (column: string): string =>
  `(SELECT t.${column} FROM product_version_texts t WHERE t.id = v.text_id)`;

/** Texts are looked up where they are used, so that an ordered scan needn't. */
const PRODUCT_COLUMNS = [
  ...PRODUCT_FIELDS.map((field) => STORED_PRODUCT[field].column).map((column) =>
    TEXT_COLUMNS.includes(column) && column !== 'category' ? `${textColumn(column)} AS ${column}` : `v.${column}`,
  ),
  ...['v.dimension', 'v.text_id', `${textColumn('lexemes')} AS search`],
].join(', ');

/**
 * The relations that a search is made from, as they were at a position, under the names of the tables that have the
 * present: so whatever is found is found by the very same statement. They are merged into it, and have indexes as the
 * tables do.
 *
 * @param at placeholder of the position
 */
const relations = (at: string): string => `
    WITH products AS NOT MATERIALIZED (
      SELECT ${PRODUCT_COLUMNS} FROM product_versions v WHERE ${isOf('v', at)}
    ), product_texts AS NOT MATERIALIZED (
      SELECT t.id, t.lexemes, t.category FROM product_version_texts t
    ), vendors AS NOT MATERIALIZED (
      SELECT v.* FROM vendor_versions v WHERE ${isOf('v', at)}
    ), inventory_events AS NOT MATERIALIZED (
      SELECT ${at} AS position, 0::bigint AS seq
    )`;

/** What a search would have found at a position. */
export function asOf({ statement, values }: SearchStatement, position: number): SearchStatement {
  const at = `$${values.length + 1}`;
  const text = `${relations(`${at}::bigint`)}
    SELECT * FROM (${statement.text}) answered`;
  return { statement: named('as-of', text), values: [...values, position] };
}
