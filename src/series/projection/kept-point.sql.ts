import { UNITS } from '../../contracts/index.js';
import { roundedSql } from './unit-price.sql.js';

/** SQL of how many of `per` the unit has that points are sent in unless another one is asked for. */
const USUAL_FACTOR = `CASE per WHEN 'kg' THEN ${UNITS.quintal!.factor} ELSE 1 END`;

/** Whether a unit of so many of `per` is the usual one. */
export const isUsual = (per: string, factor: number): boolean => factor === (per === 'kg' ? UNITS.quintal!.factor : 1);

/** SQL of the members of a point but for its days, of a row of `series_days`. */
function members(factor: string): [name: string, sql: string][] {
  const amount = (price: string): string => roundedSql(`(${price}) * ${factor}`);
  const mean = amount('total / nullif(reports, 0)');
  return [
    ['min', amount('low')],
    ['max', amount('high')],
    ['first', mean],
    ['last', mean],
    ['mean', mean],
    ['weightedMean', amount('weighed_total / weighed_kg')],
    ['median', amount('median')],
    ['arrivalsKg', 'trim_scale(kg)'],
    ['reports', 'reports'],
    ['markets', 'markets'],
    ['suspicious', 'suspicious'],
  ];
}

/**
 * The members of a point in the usual unit, as the text of JSON without braces. Without days: the text of a date
 * depends on settings, and what a table keeps mustn't.
 */
export const pointMembersSql = (): string =>
  members(USUAL_FACTOR)
    .map(([name, sql]) => `'"${name}":' || coalesce((${sql})::text, 'null')`)
    .join(` || ',' || `);

/** The text of the point of a row of `series_days`, in the usual unit. */
export const USUAL_POINT = `'{"from":"' || day || '","to":"' || day || '",' || point || '}'`;

/** The same in a unit that has `factor` of `per`. */
export const pointSql = (factor: string): string =>
  `json_build_object('from', day, 'to', day, ${members(factor)
    .map(([name, sql]) => `'${name}', ${sql}`)
    .join(', ')})::text`;
