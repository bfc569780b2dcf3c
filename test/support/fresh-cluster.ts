import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Cluster, createCluster, PASSWORD_FILE, SUPERUSER } from '../../src/embedded-postgres/cluster.js';

/**
 * Makes a cluster for a server of one's own: a copy of the one that global-setup.ts has made for the run, with owners
 * and modes, as PostgreSQL insists on them. `initdb` would take some ten times as long to make the same.
 */
export async function freshCluster(cluster: Cluster): Promise<void> {
  const untouched = process.env.TEST_CLUSTER;
  if (untouched === undefined) return createCluster(cluster, { durable: false });
  await promisify(execFile)('cp', ['-a', untouched, cluster.directory]);
  await ownPassword(cluster);
}

/**
 * Otherwise whoever has lost this server, and tries its port again, would be let in by another worker's, which may have
 * got that port meanwhile.
 */
async function ownPassword({ directory, user, binaries }: Cluster): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  const postgres = join(dirname(binaries.pgCtl), 'postgres');
  const setting = promisify(execFile)(postgres, ['--single', '-F', '-D', directory, 'postgres'], {
    cwd: directory,
    ...user,
  });
  setting.child.stdin!.end(`ALTER ROLE ${SUPERUSER} PASSWORD '${password}'\n`);
  await setting;
  await writeFile(join(directory, PASSWORD_FILE), `${password}\n`);
}
