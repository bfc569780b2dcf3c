import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/** Within a category, within a text, and within all. */
const PREFIXES = {
  products_comparable: '',
  products_category_comparable: 'category, ',
  products_text_comparable: 'text_id, ',
};

/**
 * Prices are compared within a dimension and a currency. So these lead the indexes of prices, and take the place of
 * the base price, whose unit no index knew. Currencies compare by bytes, as dimensions and ids do: pages are continued
 * by comparing whole keys.
 *
 * Each statement commits by itself, so no lock is held for longer than one takes: searches go on while an index is
 * made, changes wait for some two seconds per million products. Not CONCURRENTLY: that waits for all statements under
 * way, also for that of another instance which waits for this migration to end.
 */
export class ComparablePriceIndexes1790002100000 implements MigrationInterface {
  readonly name = 'ComparablePriceIndexes1790002100000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, ['ALTER TABLE products ALTER COLUMN currency TYPE text COLLATE "C"'], 'products');
    for (const [name, prefix] of Object.entries(PREFIXES)) {
      const columns = `${prefix}dimension, currency, comparable_price, id`;
      await queryRunner.query(`CREATE INDEX IF NOT EXISTS ${name} ON products (${columns})`);
    }
    await briefly(
      queryRunner,
      ['DROP INDEX IF EXISTS products_price, products_category_price, products_text_price'],
      'products',
    );
    await queryRunner.query('ANALYZE products');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
