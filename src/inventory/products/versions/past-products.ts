import { Injectable } from '@nestjs/common';
import type { Moment, Product } from '../../../contracts/index.js';
import { SqlClient, type Statement } from '../../../database/index.js';
import { ProductNotFoundError } from '../product.errors.js';
import { PRODUCT_JSON } from '../stored-product.sql.js';

/** `$1` id, `$2` position. */
const READ_PAST_PRODUCT: Statement = {
  name: 'read-past-product',
  text: `SELECT ${PRODUCT_JSON} AS product FROM (
           SELECT v.*, t.name, t.names, t.description, t.variety, t.grade
           FROM product_versions v JOIN product_version_texts t ON t.id = v.text_id
           WHERE v.id = $1 AND v.from_position <= $2 ORDER BY v.from_position DESC LIMIT 1) p
         WHERE p.to_position IS NULL OR p.to_position > $2`,
};

/** SQL of all products at a position: `id`, `vendor_id`, `category`, `version`, `updated_at`, and `product` as JSON. */
export const PRODUCTS_AT = (position: number): string => `
  SELECT p.id, p.vendor_id, p.category, p.version, p.updated_at, ${PRODUCT_JSON} AS product FROM (
    SELECT v.*, t.name, t.names, t.description, t.variety, t.grade
    FROM product_versions v JOIN product_version_texts t ON t.id = v.text_id
    WHERE v.from_position <= ${position} AND (v.to_position IS NULL OR v.to_position > ${position})) p`;

/** Products as they were. */
@Injectable()
export class PastProducts {
  constructor(private readonly sql: SqlClient) {}

  /** Throws `ProductNotFoundError`, also if it was deleted by then. @param moment that the history reaches */
  async read(id: string, { position }: Moment): Promise<Product> {
    const [row] = await this.sql.query<{ product: Product }>(READ_PAST_PRODUCT, [id, position]);
    if (!row) throw new ProductNotFoundError(id);
    return row.product;
  }
}
