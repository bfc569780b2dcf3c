import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

const COLUMNS = `
         vendor_id text COLLATE "C" NOT NULL,
         category text COLLATE "C" NOT NULL,
         available integer NOT NULL,
         limited integer NOT NULL,
         out_of_stock integer NOT NULL`;

/** Of rows of `products`, as the columns above. */
const counted = (sign: '' | '-'): string =>
  ['available', 'limited', 'out_of_stock']
    .map((availability) => `${sign}count(*) FILTER (WHERE availability = '${availability}')`)
    .join(', ');

/** By how many products of `availability` the change of one row has made more. */
const difference = (availability: string): string =>
  `(NEW.availability = '${availability}')::integer - (OLD.availability = '${availability}')::integer`;

/** Counts the rows of a transition table called `changed`. */
const countingTrigger = (name: string, sign: '' | '-'): string => `
      CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         INSERT INTO vendor_stock_changes
         SELECT vendor_id, category, ${counted(sign)} FROM changed GROUP BY vendor_id, category;
         RETURN NULL;
       END $$`;

/**
 * How many products each vendor has, by category and availability: to count those of a hundred large vendors for a page
 * of a vendor search takes half a second. Triggers append differences to `vendor_stock_changes`, whatever writes; the
 * leader adds them up into `vendor_stock` again and again. A count is the sum of both. The next migration counts what
 * there is.
 *
 * Differences are appended, as writers of several products that add to the same counts would wait for each other, and
 * deadlock. A change of price alone costs nothing. An index of products by availability would cost each change of
 * availability as much as one of price: PostgreSQL enters a row that moves into every index of its table, unless none
 * of the columns that changed is indexed.
 */
export class VendorStock1790001200000 implements MigrationInterface {
  readonly name = 'VendorStock1790001200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, [
      `CREATE TABLE vendor_stock (${COLUMNS},
         PRIMARY KEY (category, vendor_id)
       )`,
      `CREATE INDEX vendor_stock_vendor ON vendor_stock (vendor_id)`,
      `CREATE TABLE vendor_stock_changes (${COLUMNS})`,
      // Waits until all that has been written without the triggers is committed.
      `LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE`,
      countingTrigger('count_new_products', ''),
      `CREATE TRIGGER products_stock_new AFTER INSERT ON products REFERENCING NEW TABLE AS changed
       FOR EACH STATEMENT EXECUTE FUNCTION count_new_products()`,
      countingTrigger('count_gone_products', '-'),
      `CREATE TRIGGER products_stock_gone AFTER DELETE ON products REFERENCING OLD TABLE AS changed
       FOR EACH STATEMENT EXECUTE FUNCTION count_gone_products()`,
      `CREATE FUNCTION count_all_products_gone() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         TRUNCATE vendor_stock, vendor_stock_changes;
         RETURN NULL;
       END $$`,
      `CREATE TRIGGER products_stock_all_gone AFTER TRUNCATE ON products
       FOR EACH STATEMENT EXECUTE FUNCTION count_all_products_gone()`,
      // By row: to hand a statement's rows to one call, PostgreSQL would copy those of changes of price as well.
      `CREATE FUNCTION count_changed_product() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF OLD.vendor_id = NEW.vendor_id AND OLD.category = NEW.category THEN
           INSERT INTO vendor_stock_changes VALUES (
             NEW.vendor_id, NEW.category,
             ${['available', 'limited', 'out_of_stock'].map(difference).join(',\n             ')});
         ELSE
           INSERT INTO vendor_stock_changes
           SELECT vendor_id, category, ${counted('-')} FROM (SELECT OLD.*) p GROUP BY vendor_id, category
           UNION ALL
           SELECT vendor_id, category, ${counted('')} FROM (SELECT NEW.*) p GROUP BY vendor_id, category;
         END IF;
         RETURN NULL;
       END $$`,
      `CREATE TRIGGER products_stock_changed AFTER UPDATE OF vendor_id, category, availability ON products FOR EACH ROW
       WHEN ((OLD.vendor_id, OLD.category, OLD.availability) IS DISTINCT FROM
             (NEW.vendor_id, NEW.category, NEW.availability))
       EXECUTE FUNCTION count_changed_product()`,
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
