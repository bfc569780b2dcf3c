import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Availability, Names, Product } from '../../contracts/index.js';
import { compactJson, isoTime } from '../../database/index.js';

@Entity('products')
@Unique('products_vendor_sku', ['vendorId', 'sku'])
export class ProductEntity {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { name: 'vendor_id' })
  vendorId: string;

  @Column('text')
  sku: string;

  @Column('text')
  name: string;

  @Column('jsonb')
  names: Names;

  @Column('text', { nullable: true })
  description: string | null;

  @Column('text')
  category: string;

  @Column('text')
  unit: string;

  /** As the driver gives `numeric`: text, so that nothing is rounded on the way. */
  @Column('numeric', { name: 'base_price', precision: 12, scale: 2 })
  basePrice: string;

  @Column('text')
  currency: string;

  @Column('text')
  availability: Availability;

  /** Lexemes of search/text; written with `array_to_tsvector`. */
  @Column('tsvector', { select: false })
  search: string;

  /** Of `product_texts`, where the texts are indexed; a trigger keeps it in step with `search`. */
  @Column('bigint', { name: 'text_id', select: false })
  textId: string;

  @Column('integer')
  version: number;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt: Date;
}

export type ProductRow = Omit<ProductEntity, 'search' | 'textId'>;

/** Columns of `products p` under the names of `ProductRow`. */
export const PRODUCT_COLUMNS = `p.id, p.vendor_id AS "vendorId", p.sku, p.name, p.names, p.description, p.category, p.unit,
  p.base_price AS "basePrice", p.currency, p.availability, p.version, p.created_at AS "createdAt",
  p.updated_at AS "updatedAt"`;

/** The fields of a `Product` as JSON has them, in the order in which products are shown. Of `products p`. */
const JSON_FIELDS: Record<keyof Product, string> = {
  id: 'p.id',
  vendorId: 'p.vendor_id',
  sku: 'p.sku',
  name: 'p.name',
  names: compactJson('p.names'),
  description: 'p.description',
  category: 'p.category',
  unit: 'p.unit',
  basePrice: 'trim_scale(p.base_price)',
  currency: 'p.currency',
  availability: 'p.availability',
  version: 'p.version',
  createdAt: isoTime('p.created_at'),
  updatedAt: isoTime('p.updated_at'),
};

/** Column list of them, for PostgreSQL to make JSON of the row. */
export const PRODUCT_FIELDS = Object.entries(JSON_FIELDS)
  .map(([name, sql]) => `${sql} AS "${name}"`)
  .join(', ');

/** SQL of a `Product` as `json`, of `products p`. */
export const PRODUCT_JSON = `(SELECT row_to_json(fields) FROM (SELECT ${PRODUCT_FIELDS}) fields)`;

export function productOf(row: ProductRow): Product {
  return {
    id: row.id,
    vendorId: row.vendorId,
    sku: row.sku,
    name: row.name,
    names: row.names,
    description: row.description,
    category: row.category,
    unit: row.unit,
    basePrice: Number(row.basePrice),
    currency: row.currency,
    availability: row.availability,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
