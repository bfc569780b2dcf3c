import type { PoolClient } from 'pg';
import { isLockTimeout } from '../../database/index.js';
import { UnavailableError } from '../../infra/index.js';

/** Milliseconds to wait for another instance that imports under the same key. */
const WAIT_AT_MOST = 60_000;

/**
 * Holds a lock of the whole database while `work` runs. It belongs to the connection: if this process dies or `work`
 * fails, after which the connection is not used again, PostgreSQL frees it.
 *
 * Throws `UnavailableError` if another import holds the lock for too long.
 */
export async function withImportLock<Result>(
  connection: PoolClient,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.query(`SET statement_timeout = 0; SET lock_timeout = ${WAIT_AT_MOST}`);
  try {
    await connection.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new UnavailableError('An import with the same key is still running', { cause: error });
  }
  await connection.query('RESET statement_timeout; RESET lock_timeout');
  const result = await work();
  await connection.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name]);
  return result;
}
