import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A page of a text's products is found in an index, however many products have the text: the newest or the cheapest of
 * each text are all that can be on it. Searches go on meanwhile, changes wait.
 */
export class ProductsOfTexts1790000500000 implements MigrationInterface {
  readonly name = 'ProductsOfTexts1790000500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE INDEX products_text_newest ON products (text_id, created_at, id)`);
    await queryRunner.query(`CREATE INDEX products_text_price ON products (text_id, base_price, id)`);
    await queryRunner.query(`ANALYZE products`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
