import type { Placed, ProductFilters } from '../../../contracts/index.js';
import { BY_TIME } from './page-spec.js';
import { pageItems } from './page-items.sql.js';
import { ProductConditions, whereAll } from './product-conditions.js';
import { orderBy, type ProductOrder } from './product-order.js';
import { askedGroup, type SearchStatement, shownTerms } from './product-search.sql.js';
import { NEWEST } from './ranked-page.sql.js';
import { named, SqlBuilder } from './sql-builder.js';

/** Texts of one good that are looked at, and products of each where other filters may leave some out. */
const TEXTS = 100;
const PRODUCTS = 50;

const IN_ORDER: ProductOrder = { name: 'leads', columns: [{ sql: 'place', type: 'rank' }], direction: 'ASC' };

/**
 * One product of each of some kinds: the newest that fits the filters, of those that were reported last.
 *
 * @param kinds tsqueries that are true of the texts of each, in order
 */
export function leadsSql(filters: Placed<ProductFilters>, kinds: readonly string[]): SearchStatement {
  const sql = new SqlBuilder();
  const asked = askedGroup(filters, sql);
  const conditions = new ProductConditions(filters, sql, undefined, asked.bound);
  const shown = shownTerms(filters, asked, sql);
  const { category, filters: all, ofTexts } = conditions;
  const isFiltered = all.length > category.length;
  const first = `SELECT * FROM ${BY_TIME} p WHERE p.text_id = t.id ${orderBy(NEWEST)} LIMIT ${isFiltered ? PRODUCTS : 1}`;
  const found = `
      SELECT lead.id, kind.place::integer AS key0
      FROM unnest(${sql.bind(kinds)}::text[]) WITH ORDINALITY AS kind (query, place)
      CROSS JOIN LATERAL (
        SELECT p.id FROM (
          SELECT t.id FROM product_texts t
          ${whereAll(['t.lexemes @@ kind.query::tsquery', ...ofTexts])} LIMIT ${TEXTS}
        ) t CROSS JOIN LATERAL (
          SELECT p.id, p.created_at ${conditions.from(`(${first})`)} ${whereAll(all)} ${orderBy(NEWEST)} LIMIT 1
        ) p ${orderBy(NEWEST)} LIMIT 1
      ) lead`;
  return { statement: named('product-leads', pageItems(found, IN_ORDER, shown)), values: sql.values };
}
