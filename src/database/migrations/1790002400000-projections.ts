import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Builds of projections: each has tables of its own, which end with its id, and a checkpoint among those of consumers.
 * `basis`: what its rows depend on beside the log; `recompute`: SQL by which `npm run verify` makes its rows from the
 * log.
 */
export class Projections1790002400000 implements MigrationInterface {
  readonly name = 'Projections1790002400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE projection_builds (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        projection text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        basis text NOT NULL,
        tables text[] NOT NULL,
        recompute jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('building', 'live', 'retired')),
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        retired_at timestamptz(3)
      )`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX projection_builds_one ON projection_builds (projection, status) WHERE status <> 'retired'`);
    await queryRunner.query(`ALTER TABLE event_consumers DROP CONSTRAINT event_consumers_kind_check`);
    await queryRunner.query(`
      ALTER TABLE event_consumers ADD CONSTRAINT event_consumers_kind_check
        CHECK (kind IN ('in-process', 'http', 'projection'))`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
