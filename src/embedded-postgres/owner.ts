import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster } from './cluster.js';
import { isAlive } from './process-table.js';
import { give } from './system-user.js';

/*
 * Who uses the cluster is decided by the lock inside PostgreSQL (lock.ts). This file is only asked when PostgreSQL does
 * not answer, so that the hung server of an application that still lives is not restarted.
 */
const OWNER_FILE = 'mandi.owner';

export async function writeOwner({ directory, user }: Cluster): Promise<void> {
  const file = join(directory, OWNER_FILE);
  await writeFile(file, `${process.pid}\n`, { mode: 0o600 });
  await give(file, user); // PostgreSQL flushes every file of its directory after a crash
}

export async function removeOwner(cluster: string): Promise<void> {
  await rm(join(cluster, OWNER_FILE), { force: true });
}

/** The application that used this cluster last, if it is another than ours and still alive. */
export async function livingOwner(cluster: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(cluster, OWNER_FILE), 'utf8').catch(() => ''));
  return pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}
