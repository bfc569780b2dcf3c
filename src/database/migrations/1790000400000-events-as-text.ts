import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an event carries is written once and from then on only sent: as `json` it is kept as the text that is sent,
 * where `jsonb` becomes text anew each time. The log is rewritten, once. Instances of the version before go on
 * appending, as PostgreSQL takes `jsonb` for `json` when it is stored, but can't read the log over the connections that
 * they have.
 */
export class EventsAsText1790000400000 implements MigrationInterface {
  readonly name = 'EventsAsText1790000400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE inventory_events ALTER COLUMN changes TYPE json, ALTER COLUMN product TYPE json`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
