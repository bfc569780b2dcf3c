import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { isLockTimeout } from '../conflicts.js';

/** How long all others wait with it for a lock, how often it is tried, and milliseconds that are the others'. */
const LOCK_TIMEOUT = '2s';
const ATTEMPTS = 60;
const PAUSE = 500;

/**
 * Runs statements that lock a table for a moment, in one transaction. Whatever comes after one that waits for such a
 * lock waits as well, reads too, so behind a long query it gives way and tries again. Within a migration's own
 * transaction, which holds the lock until it ends, it must be all that the migration does.
 *
 * @param vacuumed a table that a migration has just written a lot of: it waits for a vacuum of it, which an automatic
 *   one ends after a second, in a lock that holds nothing else up
 */
export async function briefly(
  queryRunner: QueryRunner,
  statements: readonly string[],
  vacuumed?: string,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await queryRunner.startTransaction();
    try {
      if (vacuumed !== undefined) await queryRunner.query(`LOCK TABLE ${vacuumed} IN SHARE UPDATE EXCLUSIVE MODE`);
      await queryRunner.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
      for (const statement of statements) await queryRunner.query(statement);
      await queryRunner.commitTransaction();
      return;
    } catch (error) {
      await queryRunner.rollbackTransaction();
      if (!isLockTimeout(error) || attempt === ATTEMPTS) throw error;
    }
    await sleep(PAUSE);
  }
}
