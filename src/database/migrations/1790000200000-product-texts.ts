import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Texts are kept apart from the products that have them, so that a change of price doesn't touch their index:
 * PostgreSQL enters a row that moves into every index of its table, and each time the list of pending entries was full,
 * the writer that wrote next worked it off for a tenth of a second. A commodity's text is in the index once and not
 * once for each vendor.
 *
 * Two transactions that meet the same new text at once may both keep it; nothing depends on there being only one. A
 * text that no product has any more is found in vain.
 */
export class ProductTexts1790000200000 implements MigrationInterface {
  readonly name = 'ProductTexts1790000200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE product_texts (
        id bigserial PRIMARY KEY,
        hash bigint NOT NULL,
        lexemes tsvector NOT NULL
      )`);
    await queryRunner.query(`
      INSERT INTO product_texts (hash, lexemes)
      SELECT hashtextextended(search::text, 0), search FROM (SELECT DISTINCT search FROM products) texts`);
    await queryRunner.query(`CREATE INDEX product_texts_hash ON product_texts (hash)`);
    await queryRunner.query(`CREATE INDEX product_texts_lexemes ON product_texts USING gin (lexemes)`);

    await queryRunner.query(`DROP INDEX products_search`);
    await queryRunner.query(`ALTER TABLE products ADD COLUMN text_id bigint`);
    await queryRunner.query(`
      UPDATE products p SET text_id = t.id FROM product_texts t
      WHERE t.hash = hashtextextended(p.search::text, 0) AND t.lexemes = p.search`);
    await queryRunner.query(`ALTER TABLE products ALTER COLUMN text_id SET NOT NULL`);
    await queryRunner.query(`CREATE INDEX products_text ON products (text_id)`);
    await queryRunner.query(`
      CREATE FUNCTION keep_product_text() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        text_hash bigint := hashtextextended(NEW.search::text, 0);
      BEGIN
        SELECT id INTO NEW.text_id FROM product_texts WHERE hash = text_hash AND lexemes = NEW.search LIMIT 1;
        IF NEW.text_id IS NULL THEN
          INSERT INTO product_texts (hash, lexemes) VALUES (text_hash, NEW.search) RETURNING id INTO NEW.text_id;
        END IF;
        RETURN NEW;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER products_text_new BEFORE INSERT ON products
      FOR EACH ROW WHEN (NEW.text_id IS NULL) EXECUTE FUNCTION keep_product_text()`);
    await queryRunner.query(`
      CREATE TRIGGER products_text_changed BEFORE UPDATE OF search ON products
      FOR EACH ROW WHEN (OLD.search IS DISTINCT FROM NEW.search) EXECUTE FUNCTION keep_product_text()`);
    await queryRunner.query(`ANALYZE products`);
    await queryRunner.query(`ANALYZE product_texts`);

    // Without the nulls, which are all events that wait: one index less that an append enters.
    await queryRunner.query(`ALTER TABLE inventory_events DROP CONSTRAINT inventory_events_position`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX inventory_events_position ON inventory_events (position) WHERE position IS NOT NULL`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
