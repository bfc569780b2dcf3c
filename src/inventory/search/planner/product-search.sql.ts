import { LRUCache } from 'lru-cache';
import {
  DEFAULT_PER,
  languagesOf,
  measureOf,
  type Placed,
  priceGroupOf,
  priceRangeOf,
  type ProductFilters,
  type ProductSearchOptions,
} from '../../../contracts/index.js';
import type { Statement } from '../../../database/index.js';
import { BEST_RANK, RANKED_BY, type TextQuery } from '../../text/text-query.js';
import { pageItems, type ShownTerms } from './page-items.sql.js';
import { isInGroup, pricePage } from './price-page.sql.js';
import { ProductConditions } from './product-conditions.js';
import {
  after,
  type AskedGroup,
  isByPrice,
  keysOfCursor,
  orderBy,
  partKeys,
  type ProductOrder,
  productOrder,
  rankSql,
} from './product-order.js';
import { rankedPage } from './ranked-page.sql.js';
import { named, SqlBuilder } from './sql-builder.js';
import { plainPage, stagedPage } from './staged-page.sql.js';

export interface SearchStatement {
  statement: Statement;
  values: unknown[];
}

/**
 * One statement gives the page and the log position it was read at: both are of one snapshot, so a client that
 * subscribes from that position misses nothing. One row more than `limit` tells whether there is a next page.
 *
 * What is on the page is found first, as ids and sort keys; only those are looked up whole, and with their vendors.
 * They come as the JSON that is sent: it takes PostgreSQL 130 µs more for a page and the process, which a miss waits
 * for, 190 less.
 */
export function productSearchSql(
  filters: Placed<ProductFilters>,
  options: ProductSearchOptions,
  text: TextQuery | undefined,
): SearchStatement & { order: ProductOrder; asked: AskedGroup } {
  const sql = new SqlBuilder();
  const asked = askedGroup(filters, sql);
  const conditions = new ProductConditions(filters, sql, text && sql.bind(text.match), asked.bound);
  const ranked = text && (options.sort ?? 'relevance') === 'relevance' ? text : undefined;
  const queries = ranked && RANKED_BY.map((kind) => sql.bind(ranked[kind]));
  const order = productOrder(options.sort, queries && rankSql('p.search', queries), asked);
  const keys = options.cursor === undefined ? undefined : keysOfCursor(order, options.cursor);
  const isParted = isByPrice(order) && filters.vendorId === undefined;
  const inGroup = keys !== undefined && isByPrice(order) && isInGroup(keys, asked);
  // A statement has to refer to all of its parameters.
  const needed = !isParted ? 0 : inGroup ? 2 : conditions.isOfGroup ? Number.POSITIVE_INFINITY : 0;
  const bound = keys?.slice(needed).map((key) => sql.bind(key));
  const limit = sql.bind(options.limit + 1);
  const shown = shownTerms(filters, asked, sql);
  const lastRank = queries && ((keys?.[0] as number | undefined) ?? BEST_RANK);
  // All that the text depends on. It has up to 30 kB, and making it takes 40 to 150 µs, a fifth of what a search takes
  // the process.
  const { per, lang } = shown;
  const shape = [
    ...conditions.all,
    orderBy(order),
    bound && `> ${bound.join()}`,
    inGroup,
    lastRank,
    limit,
    per?.unit,
    lang,
  ].join();
  let statement = statements.get(shape);
  if (statement === undefined) {
    const page = { conditions, order, limit };
    const find = isStaged(filters, order, text) ? stagedPage : plainPage;
    const part = partKeys(order)[inGroup ? 'asked' : 'others'];
    const behind = bound ? [after(order, isByPrice(order) ? [`${part}`, ...bound] : bound)] : [];
    const found = isParted
      ? pricePage(page, asked, bound && { isInGroup: inGroup, bound }, find)
      : queries && find === stagedPage
        ? rankedPage({ ...page, behind, queries, keys: bound, lastRank: lastRank! })
        : find({ ...page, behind });
    statements.set(shape, (statement = named('product-search', pageItems(found, order, shown))));
  }
  return { statement, values: sql.values, order, asked };
}

/** By the shape of a search: there are a few hundred combinations of filters at most. */
const statements = new LRUCache<string, Statement>({ max: 1_000 });

export function askedGroup(filters: ProductFilters, sql: SqlBuilder): AskedGroup {
  const group = priceGroupOf(filters);
  return { ...group, bound: { per: sql.bind(group.per), currency: sql.bind(group.currency) } };
}

export function shownTerms(filters: ProductFilters, asked: AskedGroup, sql: SqlBuilder): ShownTerms {
  return { asked, per: shownUnit(filters, sql), lang: filters.lang && sql.bind(languagesOf(filters.lang)) };
}

/** The unit of a dimension and one without a dimension are the group's own. */
function shownUnit({ per = DEFAULT_PER }: ProductFilters, sql: SqlBuilder): ShownTerms['per'] {
  const { per: own, factor } = measureOf(per);
  return per === own ? undefined : { unit: sql.bind(per), factor: sql.bind(factor) };
}

/**
 * Whether an ordered scan may have to go far. Without a text, only what the index doesn't hold makes it: a price range
 * in another order, or a place. One vendor has few enough products to sort.
 */
function isStaged(filters: Placed<ProductFilters>, order: ProductOrder, text: TextQuery | undefined): boolean {
  if (filters.vendorId !== undefined) return false;
  const { state, district, market, spellings } = filters;
  const placed = (state ?? district ?? market ?? spellings) !== undefined;
  return text !== undefined || placed || (priceRangeOf(filters) !== undefined && order.name === 'newest');
}
