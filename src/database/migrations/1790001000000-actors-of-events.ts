import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/**
 * What an event says beside its change: whose it is (`kind:id`), what has led to it, the price report that it comes
 * from; and events of vendors, which have no product. Nothing is rewritten, nor even read: events that are there keep
 * null, which means that it is unknown, and fit the constraint. Instances of the version before go on appending without
 * these columns.
 */
export class ActorsOfEvents1790001000000 implements MigrationInterface {
  readonly name = 'ActorsOfEvents1790001000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, [
      `ALTER TABLE inventory_events
        ADD COLUMN actor text COLLATE "C",
        ADD COLUMN cause json,
        ADD COLUMN observation json,
        ADD COLUMN vendor json,
        ALTER COLUMN product_id DROP NOT NULL,
        ALTER COLUMN category DROP NOT NULL,
        ALTER COLUMN product DROP NOT NULL,
        ADD CONSTRAINT inventory_events_subject CHECK (
          CASE WHEN product_id IS NULL THEN vendor IS NOT NULL AND category IS NULL
               ELSE category IS NOT NULL AND (product IS NOT NULL OR event_type = 'price_recorded') END) NOT VALID`,
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
