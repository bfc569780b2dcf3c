import pg from 'pg';
import type { DataSource } from 'typeorm';

/** Any number that no other program uses on the database; "mandi" in ASCII. */
const MIGRATION_LOCK = 0x6d616e6469;

/**
 * Brings the schema up to date. Two instances starting at once queue on an advisory lock, so the second finds
 * nothing left to do. The lock is held on a connection of its own: if this process dies, PostgreSQL frees it.
 */
export async function migrate(dataSource: DataSource, databaseUrl: string): Promise<void> {
  const lock = new pg.Client({ connectionString: databaseUrl });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await lock.end();
  }
}
