import type { MigrationInterface, QueryRunner } from 'typeorm';

const AVAILABILITIES = ['available', 'limited', 'out_of_stock'];

/**
 * The counts of the products that were there before their changes were counted. In one statement, which sees one state
 * of both tables, so that nothing has to wait for it: what has been written since the triggers were there is taken off,
 * as it is added again from its differences.
 */
export class VendorStockOfBefore1790001300000 implements MigrationInterface {
  readonly name = 'VendorStockOfBefore1790001300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      INSERT INTO vendor_stock (vendor_id, category, ${AVAILABILITIES.join(', ')})
      SELECT vendor_id, category, ${AVAILABILITIES.map((availability) => `sum(${availability})`).join(', ')}
      FROM (
        SELECT vendor_id, category, ${AVAILABILITIES.map(
          (availability) => `count(*) FILTER (WHERE availability = '${availability}') AS ${availability}`,
        ).join(',\n               ')}
        FROM products GROUP BY vendor_id, category
        UNION ALL
        SELECT vendor_id, category, ${AVAILABILITIES.map((availability) => `-${availability}`).join(', ')}
        FROM vendor_stock_changes
      ) counted
      GROUP BY vendor_id, category`);
    await queryRunner.query('ANALYZE vendor_stock');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
