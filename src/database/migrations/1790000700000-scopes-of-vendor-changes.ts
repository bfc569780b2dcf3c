import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notes of vendors' changes say which of the search cache's scopes they touch. Instances of the version before leave
 * that out: then a change touches everything, as they take it to.
 */
export class ScopesOfVendorChanges1790000700000 implements MigrationInterface {
  readonly name = 'ScopesOfVendorChanges1790000700000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE vendor_changes ADD COLUMN scopes text[]`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
