import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the epoch is bound to. `began_at`: position after which its events come; `former`: epochs before it, so that an
 * epoch that is older than a known one is recognized; the other two name the history of the cluster that wrote it, null
 * until an instance has looked, or where PostgreSQL doesn't give them.
 */
export class HistoryOfTheLog1790000800000 implements MigrationInterface {
  readonly name = 'HistoryOfTheLog1790000800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE event_log
        ADD COLUMN began_at bigint NOT NULL DEFAULT 0,
        ADD COLUMN former uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN system_identifier text,
        ADD COLUMN timeline text`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
