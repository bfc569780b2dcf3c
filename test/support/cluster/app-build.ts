import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startChild } from '../processes.js';

/** Where the built product is; TEST_DIST names another build of it. */
export const DIST = process.env.TEST_DIST ?? 'dist';

/** Any number nobody else uses as an advisory lock in the database `postgres`. */
const BUILD_LOCK = 7_211_002;

/** `npm test` builds first; a single test file run by hand may need it. Several test files may ask at once. */
export async function ensureBuilt(): Promise<void> {
  if (process.env.TEST_DIST !== undefined) return;
  const lock = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [BUILD_LOCK]); // goes with the connection
    if ((await newest(DIST)) > (await newest('src'))) return;
    const build = await startChild('npx', ['nest', 'build']);
    if ((await build.exited) !== 0) throw new Error(`the product can't be built:\n${build.output()}`);
  } finally {
    await lock.end();
  }
}

/** When the newest file below a directory was written; 0 without one. */
async function newest(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'));
  const times = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).mtimeMs),
  );
  return Math.max(0, ...times);
}
