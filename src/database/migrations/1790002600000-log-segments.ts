import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sealed segments of the log. `hash`: of the canonical bytes, which begin with the hash of the segment before; `packed`
 * are these bytes compressed, `size` how many they are. `keys`: Bloom filter of products and vendors. What is
 * compressed already is stored as it is, so that a part of it can be read alone.
 *
 * `vendor_salts`: the names in a vendor's events are sealed as digests with this salt; those at positions up to
 * `removed_up_to` have been taken out of the log.
 */
export class LogSegments1790002600000 implements MigrationInterface {
  readonly name = 'LogSegments1790002600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE log_segments (
        first bigint PRIMARY KEY CHECK (first >= 1),
        last bigint NOT NULL UNIQUE CHECK (last >= first),
        epoch uuid NOT NULL,
        previous bytea CHECK ((previous IS NULL) = (first = 1)),
        hash bytea NOT NULL,
        size bigint NOT NULL,
        packed bytea NOT NULL,
        packed_hash bytea NOT NULL,
        keys bytea NOT NULL,
        from_time timestamptz(3) NOT NULL,
        until_time timestamptz(3) NOT NULL,
        sealed_at timestamptz(3) NOT NULL DEFAULT now()
      )`);
    await queryRunner.query(`
      ALTER TABLE log_segments ALTER COLUMN packed SET STORAGE EXTERNAL, ALTER COLUMN keys SET STORAGE EXTERNAL`);
    await queryRunner.query(`
      CREATE TABLE vendor_salts (
        vendor_id text COLLATE "C" PRIMARY KEY,
        salt bytea NOT NULL,
        removed_up_to bigint NOT NULL DEFAULT 0
      )`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
