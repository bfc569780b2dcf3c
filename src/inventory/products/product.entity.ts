import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { PRODUCT_FIELDS, STORED_PRODUCT, type StoredAs } from '../../contracts/index.js';

const COLUMN_TYPES: Record<StoredAs, EntitySchemaColumnOptions['type']> = {
  text: 'text',
  json: 'jsonb',
  number: 'numeric',
  day: 'date',
  time: 'timestamptz',
  'comparable price': 'numeric',
};

/**
 * The table `products`. Statements have their column lists from `STORED_PRODUCT`, too (`stored-product.sql.ts`).
 * `search`: lexemes of inventory/text, written with `array_to_tsvector`. `text_id`: of `product_texts`, where the texts
 * are indexed; a trigger keeps it in step with `search`. `dimension`: of the comparable price.
 */
export const ProductEntity = new EntitySchema({
  name: 'products',
  columns: {
    ...Object.fromEntries(
      PRODUCT_FIELDS.map((field) => {
        const { column, as } = STORED_PRODUCT[field];
        return [field, { name: column, type: COLUMN_TYPES[as], primary: field === 'id' }];
      }),
    ),
    dimension: { type: 'text' },
    search: { type: 'tsvector', select: false },
    textId: { name: 'text_id', type: 'bigint', select: false },
  },
  uniques: [{ name: 'products_vendor_sku', columns: ['vendorId', 'sku'] }],
});
