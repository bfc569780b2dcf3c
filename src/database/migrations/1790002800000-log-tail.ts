import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is known of the events behind the last segment: 8 bytes of a hash for each, in the order of their positions, so
 * that none can be changed unnoticed before it is sealed.
 */
export class LogTail1790002800000 implements MigrationInterface {
  readonly name = 'LogTail1790002800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE log_tail (
        first bigint PRIMARY KEY,
        last bigint NOT NULL CHECK (last >= first),
        digests bytea NOT NULL CHECK (octet_length(digests) = 8 * (last - first + 1))
      )`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
