import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version of the rules for words all search documents are of; one row. Those of before are of none. */
export class VersionOfSearchDocuments1790002300000 implements MigrationInterface {
  readonly name = 'VersionOfSearchDocuments1790002300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE search_documents (one boolean PRIMARY KEY DEFAULT true CHECK (one), version text NOT NULL)`);
    await queryRunner.query(`INSERT INTO search_documents (version) VALUES ('none')`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
