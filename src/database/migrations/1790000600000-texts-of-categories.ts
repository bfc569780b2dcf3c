import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A text is kept for each category that it has products in, so that a search within a category doesn't look at others'
 * products. Texts without products go.
 */
export class TextsOfCategories1790000600000 implements MigrationInterface {
  readonly name = 'TextsOfCategories1790000600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // At once, in the order in which others lock them: a lock that is made stronger later meets those who wait for it.
    await queryRunner.query(`LOCK TABLE products, product_texts`);
    await queryRunner.query(`DROP INDEX products_text`);
    await queryRunner.query(`
      CREATE TEMP TABLE text_categories ON COMMIT DROP AS
      SELECT text_id, category, row_number() OVER (PARTITION BY text_id ORDER BY category) AS number
      FROM products GROUP BY text_id, category`);
    await queryRunner.query(`ALTER TABLE product_texts ADD COLUMN category text COLLATE "C"`);
    await queryRunner.query(`
      UPDATE product_texts t SET category = c.category FROM text_categories c WHERE c.text_id = t.id AND c.number = 1`);
    await queryRunner.query(`DELETE FROM product_texts WHERE category IS NULL`);
    await queryRunner.query(`ALTER TABLE product_texts ALTER COLUMN category SET NOT NULL`);
    await queryRunner.query(`
      WITH others AS (
        INSERT INTO product_texts (hash, lexemes, category)
        SELECT t.hash, t.lexemes, c.category
        FROM text_categories c JOIN product_texts t ON t.id = c.text_id WHERE c.number > 1
        RETURNING id, hash, lexemes, category
      )
      UPDATE products p SET text_id = others.id
      FROM text_categories c JOIN product_texts t ON t.id = c.text_id
      JOIN others ON others.hash = t.hash AND others.lexemes = t.lexemes AND others.category = c.category
      WHERE c.number > 1 AND p.text_id = c.text_id AND p.category = c.category`);

    // Without the setting, the first load of an empty database has a plan that reads all texts for each product.
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

    await queryRunner.query(`ANALYZE product_texts`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
