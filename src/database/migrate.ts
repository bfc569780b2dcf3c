import type { DataSource } from 'typeorm';
import { CONNECT_TIMEOUT, NO_SERVER_LIMITS } from './connection-limits.js';
import type { DatabaseUrl } from './database-url.js';

/** Any number that no other program uses on the database; "mandi" in ASCII. */
const MIGRATION_LOCK = 0x6d616e6469;

/**
 * Brings the schema up to date. Two instances starting at once queue on an advisory lock, so the second finds
 * nothing left to do. The lock is held on a connection of its own: if this process dies, PostgreSQL frees it.
 */
export async function migrate(dataSource: DataSource, database: DatabaseUrl): Promise<void> {
  const { config, prepare } = database.setUp({ connectionTimeoutMillis: CONNECT_TIMEOUT }, NO_SERVER_LIMITS);
  const lock = new config.Client(config);
  await lock.connect();
  try {
    await prepare(lock);
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await lock.end();
  }
}
