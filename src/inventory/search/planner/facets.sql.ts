import { type Facet, type Placed, priceRangeOf, type ProductFilters } from '../../../contracts/index.js';
import type { TextQuery } from '../../text/text-query.js';
import { BY_TIME } from './page-spec.js';
import { askedGroup, type SearchStatement } from './product-search.sql.js';
import { hasText, ProductConditions, whereAll } from './product-conditions.js';
import { named, SqlBuilder } from './sql-builder.js';

/** Values of one facet at most: the commonest. */
const MOST_VALUES = 20;

const COLUMNS: Readonly<Record<Facet, string>> = {
  category: 'p.category',
  state: 'v.state',
  availability: 'p.availability',
};

/**
 * How many of all products that a search finds have which values. Looks at each of them, so it takes the longer the
 * more there are: a tenth of a second for 100,000.
 */
export function facetsSql(
  filters: Placed<ProductFilters>,
  facets: readonly Facet[],
  text: TextQuery | undefined,
): SearchStatement {
  const sql = new SqlBuilder();
  // A statement has to refer to all of its parameters.
  const group = priceRangeOf(filters) ? askedGroup(filters, sql).bound : { per: '', currency: '' };
  const match = text && sql.bind(text.match);
  const conditions = new ProductConditions(filters, sql, match, group);
  const isPlaced = conditions.place.length > 0 || facets.includes('state');
  // Of the past, one version of each product is looked up there, and all of them are passed elsewhere.
  const isNarrow = match !== undefined || conditions.isOfVendor || conditions.place.length > 0;
  const products = isNarrow || (filters.category !== undefined && !conditions.isOfGroup) ? BY_TIME : 'products';
  const from = [
    match === undefined ? `${products} p` : `product_texts t JOIN ${products} p ON p.text_id = t.id`,
    ...(isPlaced ? ['JOIN vendors v ON v.id = p.vendor_id'] : []),
  ].join(' ');
  const where = whereAll([...(match === undefined ? [] : [hasText(match, 't.lexemes')]), ...conditions.filters]);
  const counted = facets.map(
    (facet) => `(
      SELECT '${facet}' AS facet, ${facet} AS value, count(*)::integer AS count FROM found WHERE ${facet} IS NOT NULL
      GROUP BY ${facet} ORDER BY count(*) DESC, ${facet} LIMIT ${MOST_VALUES}
    )`,
  );
  const body = `
    WITH found AS MATERIALIZED (
      SELECT ${facets.map((facet) => `${COLUMNS[facet]} AS ${facet}`).join(', ')} FROM ${from} ${where}
    )
    ${counted.join(' UNION ALL ')}`;
  return { statement: named('product-facets', body), values: sql.values };
}
