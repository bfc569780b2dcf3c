/** SQL of a product's fields, all of it made from `STORED_PRODUCT`. */
import { PRODUCT_FIELDS, STORED_PRODUCT, type StoredAs } from '../../contracts/index.js';
import { compactJson, isoTime } from '../../database/index.js';
import { comparablePriceSql, dimensionSql } from './comparable-price.sql.js';

/** Of a column of `products p`: the value as JSON has it. */
const AS_JSON: Record<StoredAs, (column: string) => string> = {
  text: (column) => column,
  json: compactJson,
  number: (column) => `trim_scale(${column})`,
  day: (column) => column,
  time: isoTime,
  // `json_build_object` puts blanks between.
  'comparable price': (column) =>
    `(SELECT row_to_json(compared)
      FROM (SELECT trim_scale(${column}) AS amount, p.dimension AS per, p.currency) compared)`,
};

/** Column list of the fields, for PostgreSQL to make JSON of the row. Of `products p`. */
export const PRODUCT_JSON_FIELDS = PRODUCT_FIELDS.map((field) => {
  const { column, as } = STORED_PRODUCT[field];
  return `${AS_JSON[as](`p.${column}`)} AS "${field}"`;
}).join(', ');

/** SQL of a `Product` as `json`, of `products p`. */
export const PRODUCT_JSON = `(SELECT row_to_json(fields) FROM (SELECT ${PRODUCT_JSON_FIELDS}) fields)`;

/** Of a `Product` as `jsonb`: the value of a column. */
const FROM_JSON: Record<Exclude<StoredAs, 'comparable price'>, (product: string, field: string) => string> = {
  text: (product, field) => `${product}->>'${field}'`,
  json: (product, field) => `${product}->'${field}'`,
  number: (product, field) => `(${product}->>'${field}')::numeric`,
  day: (product, field) => `(${product}->>'${field}')::date`,
  time: (product, field) => `(${product}->>'${field}')::timestamptz`,
};

/** The columns of `products` with SQL of what they are to hold, of a `Product` as `jsonb`. */
export function storedValues(product: string): [column: string, value: string][] {
  const unitPrice = {
    unit: `${product}->>'unit'`,
    unitWeightKg: `(${product}->>'unitWeightKg')::numeric`,
    basePrice: `(${product}->>'basePrice')::numeric`,
  };
  return PRODUCT_FIELDS.flatMap((field): [string, string][] => {
    const { column, as } = STORED_PRODUCT[field];
    if (as !== 'comparable price') return [[column, FROM_JSON[as](product, field)]];
    return [
      ['dimension', dimensionSql(unitPrice)],
      [column, comparablePriceSql(unitPrice)],
    ];
  });
}
