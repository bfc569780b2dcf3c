import { INSTEAD, preferFilteredScan, lookedUp, accessPath } from './filtered-scan.sql.js';
import { prospectOf, sampled } from './page-sample.sql.js';
import { along, BY_TIME, firstProducts, PROBE_ROWS, MOST, type PageSpec, productsIn } from './page-spec.js';
import { ofPlace } from './region.sql.js';
import { checked, whereAll } from './product-conditions.js';
import { idAndKeys, orderBy, orderByKeys } from './product-order.js';
import { FEW_SUFFICE, fewTexts, MANY } from './few-texts.sql.js';
import { ofEachText } from './product-texts.sql.js';

/**
 * The first rows in order that fit, found in one of two ways: by walking along the order's index until there are enough
 * that fit, which is fast if many do; or by looking all of them up in another index and sorting them, which is fast if
 * few do. Statistics can't tell which: they know nothing of prefixes, nor that there are no onions among the spices.
 * So the statement looks at the first rows itself and decides by what it finds. A branch that isn't wanted isn't run.
 *
 * Neither is needed for a text search that few texts satisfy: see `fewTexts`.
 */
export function stagedPage(page: PageSpec): string {
  const { conditions, order, limit } = page;
  const texts = conditions.match === undefined ? undefined : { ...page, rank: '0' };
  const many = texts ? [MANY] : [];
  const fitting = conditions.residual(order);
  const glanced = '(SELECT count(*) FROM probe)';
  const walked = '(SELECT count(*) FROM walk)';
  const onward = [`${glanced} < ${limit}`, `NOT ${INSTEAD}`];
  const rare = `${glanced} < ${limit} AND ${walked} < ${limit}`;
  const all = texts
    ? ofEachText(texts)
    : `SELECT ${idAndKeys(order)} ${conditions.from(conditions.place.length > 0 ? BY_TIME : 'products')} ${whereAll([...conditions.lookUp, ...page.behind.map(checked)])}`;
  return `
      WITH ${ofPlace(page)} ${texts ? `${fewTexts(texts)},` : ''}
      probe AS MATERIALIZED (${walk(page, along(order, PROBE_ROWS), [...fitting, ...many])}),
      ${sampled(page, order, [], many)},
      ${accessPath(page)}
      ${preferFilteredScan(page)},
      walk AS MATERIALIZED (${walk(page, prospectOf(page).most, [...fitting, ...many, ...onward])}),
      ${lookedUp(page, all, texts ? `CASE WHEN ${MANY} THEN ${rare} ELSE NOT ${FEW_SUFFICE} END` : rare)}
      ${texts ? `SELECT * FROM few WHERE ${FEW_SUFFICE} UNION ALL` : ''}
      SELECT * FROM probe WHERE ${glanced} = ${limit}
      UNION ALL SELECT * FROM walk WHERE ${walked} = ${limit}
      UNION ALL SELECT * FROM filtered_scan`;
}

/**
 * The first that fit of the first rows in order.
 *
 * @param rows SQL of how many to walk
 * @param keys the order of the page's keys, if they have more than the index
 */
export function walk(page: PageSpec, rows: string, fitting: readonly string[], keys = page.order): string {
  const { conditions, order, behind, limit } = page;
  return `
        SELECT * FROM (
          SELECT ${idAndKeys(keys)} ${conditions.from(firstProducts(conditions, order, behind, rows))}
          ${whereAll(fitting)} ${orderBy(order)} LIMIT ${MOST}
        ) walked LIMIT ${limit}`;
}

/** The first rows in order that fit, by whatever index PostgreSQL finds best. */
export function plainPage({ conditions, order, behind, limit }: PageSpec): string {
  const products = conditions.isOfVendor ? BY_TIME : productsIn(order);
  const first = (beside: readonly string[]): string => {
    const where = whereAll([...conditions.all, ...behind, ...beside]);
    return `SELECT ${idAndKeys(order)} ${conditions.from(products)} ${where} ${orderBy(order)} LIMIT ${MOST}`;
  };
  return `SELECT * FROM (${conditions.inOrder(first, orderByKeys(order, 'p'), `${MOST}`)}) page LIMIT ${limit}`;
}
