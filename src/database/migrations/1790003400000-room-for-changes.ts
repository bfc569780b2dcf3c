import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/**
 * A statement that changes availabilities appends their differences itself, for all its rows at once, and says so by
 * `counted_version`: the version that it has counted. For all other writers, those of the version before among them,
 * the trigger goes on doing it, also where a row changes without its version.
 *
 * Rows change in place where their page has room and no column that changes is indexed, as counts and availabilities:
 * then no index is entered. Of a price the indexes are entered all the same, but the WAL has only what differs. Pages
 * that are there get room once their rows have moved.
 */
export class RoomForChanges1790003400000 implements MigrationInterface {
  readonly name = 'RoomForChanges1790003400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, [
      'ALTER TABLE products ADD COLUMN counted_version integer',
      'DROP TRIGGER products_stock_changed ON products',
      `CREATE TRIGGER products_stock_changed AFTER UPDATE OF vendor_id, category, availability ON products FOR EACH ROW
       WHEN ((NEW.version = OLD.version OR NEW.counted_version IS DISTINCT FROM NEW.version)
             AND (OLD.vendor_id, OLD.category, OLD.availability) IS DISTINCT FROM
                 (NEW.vendor_id, NEW.category, NEW.availability))
       EXECUTE FUNCTION count_changed_product()`,
      'ALTER TABLE vendor_stock SET (fillfactor = 50)',
      'ALTER TABLE products SET (fillfactor = 80)',
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
