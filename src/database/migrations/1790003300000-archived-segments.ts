import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/** Where `npm run log -- archive` has last written a segment to: a folder, by its whole path. */
export class ArchivedSegments1790003300000 implements MigrationInterface {
  readonly name = 'ArchivedSegments1790003300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, ['ALTER TABLE log_segments ADD COLUMN archived_to text']);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
