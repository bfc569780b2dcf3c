/** SQL of a product's fields, all of it made from `STORED_PRODUCT`. */
import { type Product, PRODUCT_FIELDS, STORED_PRODUCT, type StoredAs } from '../../contracts/index.js';
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
export function storedValues(product: string): StoredValue[] {
  return storedValuesOf((field, as) => FROM_JSON[as](product, field));
}

type StoredValue = [column: string, value: string];
type Stored = Exclude<StoredAs, 'comparable price'>;

/** The same of fields that are had in another way: @param valueOf SQL of a field, of the type of its column */
export function storedValuesOf(valueOf: (field: keyof Product, as: Stored) => string): StoredValue[] {
  const unitPrice = {
    unit: valueOf('unit', 'text'),
    unitWeightKg: valueOf('unitWeightKg', 'number'),
    basePrice: valueOf('basePrice', 'number'),
  };
  return PRODUCT_FIELDS.flatMap((field): StoredValue[] => {
    const { column, as } = STORED_PRODUCT[field];
    if (as !== 'comparable price') return [[column, valueOf(field, as)]];
    return [
      ['dimension', dimensionSql(unitPrice)],
      [column, comparablePriceSql(unitPrice)],
    ];
  });
}
