import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Requests that carried an `Idempotency-Key`, written in the transaction of their effect. `principal` and
 * `request_hash` are SHA-256. `status` is null while an import is under way; `progress` says how far it is.
 */
export class IdempotencyKeys1790000100000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1790000100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE idempotency_keys (
        principal bytea NOT NULL,
        key text COLLATE "C" NOT NULL,
        request_hash bytea NOT NULL,
        status smallint,
        headers jsonb,
        body bytea,
        progress jsonb,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (principal, key)
      )`);
    await queryRunner.query(`CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
