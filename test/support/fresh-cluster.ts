import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Cluster, createCluster } from '../../src/embedded-postgres/cluster.js';

/**
 * Makes a cluster for a server of one's own: a copy of the one that global-setup.ts has made for the run, with owners
 * and modes, as PostgreSQL insists on them. `initdb` would take some ten times as long to make the same.
 */
export async function freshCluster(cluster: Cluster): Promise<void> {
  const untouched = process.env.TEST_CLUSTER;
  if (untouched === undefined) await createCluster(cluster, { durable: false });
  else await promisify(execFile)('cp', ['-a', untouched, cluster.directory]);
}
