import type { MigrationInterface, QueryRunner } from 'typeorm';

/** No other program uses it on the database; "mandp" in ASCII. */
const POSITION_LOCK = 0x6d616e6470;

/**
 * The leader gives positions on two connections. A statement that is about to give positions takes this lock, which
 * goes with the end of the transaction, and only then looks where the log ends: a statement sees what was committed
 * when it began, but a `VOLATILE` function sees what has been committed when it asks.
 */
export class PositionLock1790000300000 implements MigrationInterface {
  readonly name = 'PositionLock1790000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION lock_positions() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(${POSITION_LOCK});
        RETURN (SELECT coalesce(max(position), 0) FROM inventory_events);
      END $$`);
    await queryRunner.query(`
      CREATE FUNCTION lock_positions_unless_pending(floor bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
      DECLARE
        last bigint := lock_positions();
      BEGIN
        IF EXISTS (SELECT FROM inventory_events WHERE position IS NULL AND seq >= floor) THEN
          RETURN NULL;
        END IF;
        RETURN last;
      END $$`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
