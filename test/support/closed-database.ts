import pg from 'pg';
import type { TestDatabase } from './test-database.js';

/** Whether PostgreSQL lets anybody into the database; who is in already is thrown out. */
export async function letIn({ url }: TestDatabase, open: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await admin.connect();
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${open}`);
  if (!open) await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  await admin.end();
}
