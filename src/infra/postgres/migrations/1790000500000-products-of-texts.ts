import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A page of a text's products is found in an index, however many products have the text: the newest or the cheapest of
 * each text are all that can be on it. A text is kept for each category that it has products in, so that a search within
 * a category doesn't look at others' products. Texts without products go.
 */
export class ProductsOfTexts1790000500000 implements MigrationInterface {
  readonly name = 'ProductsOfTexts1790000500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Waits for all who have found a text for a product that can't be seen yet.
    await queryRunner.query(`LOCK TABLE products, product_texts`);
    await queryRunner.query(`ALTER TABLE product_texts ADD COLUMN category text COLLATE "C"`);
    await queryRunner.query(`
      UPDATE product_texts t SET category = first.category
      FROM (SELECT text_id, min(category) AS category FROM products GROUP BY text_id) first WHERE first.text_id = t.id`);
    await queryRunner.query(`DELETE FROM product_texts WHERE category IS NULL`);
    await queryRunner.query(`
      INSERT INTO product_texts (hash, lexemes, category)
      SELECT DISTINCT t.hash, t.lexemes, p.category FROM products p JOIN product_texts t ON t.id = p.text_id
      WHERE p.category <> t.category`);
    await queryRunner.query(`
      UPDATE products p SET text_id = other.id
      FROM product_texts t JOIN product_texts other ON other.hash = t.hash AND other.lexemes = t.lexemes
      WHERE t.id = p.text_id AND p.category <> t.category AND p.category = other.category`);
    await queryRunner.query(`ALTER TABLE product_texts ALTER COLUMN category SET NOT NULL`);

    // Without the setting, whoever fills an empty database has a plan that reads all texts for each product.
    await queryRunner.query(`
      CREATE OR REPLACE FUNCTION keep_product_text() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
      DECLARE
        text_hash bigint := hashtextextended(NEW.search::text, 0);
      BEGIN
        SELECT id INTO NEW.text_id FROM product_texts
        WHERE hash = text_hash AND lexemes = NEW.search AND category = NEW.category LIMIT 1;
        IF NEW.text_id IS NULL THEN
          INSERT INTO product_texts (hash, lexemes, category) VALUES (text_hash, NEW.search, NEW.category)
          RETURNING id INTO NEW.text_id;
        END IF;
        RETURN NEW;
      END $$`);
    await queryRunner.query(`DROP TRIGGER products_text_changed ON products`);
    await queryRunner.query(`
      CREATE TRIGGER products_text_changed BEFORE UPDATE OF search, category ON products FOR EACH ROW
      WHEN (OLD.search IS DISTINCT FROM NEW.search OR OLD.category IS DISTINCT FROM NEW.category)
      EXECUTE FUNCTION keep_product_text()`);

    await queryRunner.query(`DROP INDEX products_text`);
    await queryRunner.query(`CREATE INDEX products_text_newest ON products (text_id, created_at, id)`);
    await queryRunner.query(`CREATE INDEX products_text_price ON products (text_id, base_price, id)`);
    await queryRunner.query(`ANALYZE products`);
    await queryRunner.query(`ANALYZE product_texts`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
