import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/**
 * Events may leave the table for the segments that they are sealed in. `moved_up_to`: events of products up to this
 * position are read from segments, and are no longer in the table or are being deleted from it; `dropped_up_to`: those
 * up to this one are in an archive only. Events of vendors stay in the table, for their names are not in segments.
 *
 * Of a segment that was moved: `times`, 6 bytes of milliseconds since 1970 for each event, and `digests`, 8 bytes of
 * the SHA-256 of each line, by which a changed one is found. `moved_events`: positions of a range of `seq` without a
 * gap.
 */
export class LogRetention1790003200000 implements MigrationInterface {
  readonly name = 'LogRetention1790003200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, [
      `ALTER TABLE event_log
         ADD COLUMN moved_up_to bigint NOT NULL DEFAULT 0,
         ADD COLUMN dropped_up_to bigint NOT NULL DEFAULT 0`,
      `ALTER TABLE log_segments
         ADD COLUMN times bytea CHECK (octet_length(times) = 6 * (last - first + 1)),
         ADD COLUMN digests bytea CHECK (octet_length(digests) = 8 * (last - first + 1))`,
      `ALTER TABLE log_segments ALTER COLUMN times SET STORAGE EXTERNAL, ALTER COLUMN digests SET STORAGE EXTERNAL`,
      `CREATE TABLE moved_events (
         first_seq bigint PRIMARY KEY,
         last_seq bigint NOT NULL CHECK (last_seq >= first_seq),
         first_position bigint NOT NULL
       )`,
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
