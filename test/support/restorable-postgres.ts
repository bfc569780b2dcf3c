import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { binariesFor } from '../../src/embedded-postgres/binaries.js';
import { readPassword } from '../../src/embedded-postgres/cluster.js';
import { connectionUrl, startServer, stopServer } from '../../src/embedded-postgres/server.js';
import { give, serverUser } from '../../src/embedded-postgres/system-user.js';
import { TcpProxy } from './cluster/tcp-proxy.js';
import { freshCluster } from './fresh-cluster.js';
import { temporaryDirectory } from './postgres-server.js';
import { waitFor, whenWeDie } from './processes.js';

/** A PostgreSQL of one's own behind one address, whose data can be taken back to an earlier copy. */
export interface RestorablePostgres {
  url: string;
  /** Copies its data; connections are lost meanwhile. */
  save(): Promise<void>;
  /** Goes on with the data as saved, on the same timeline, or as a replica that is promoted. */
  restore(options?: { promoted?: boolean }): Promise<void>;
  /** Goes on with all its data, as a replica does that has got every commit. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '100', shared_buffers: '32MB' };

/** With owners and modes, as PostgreSQL insists on them. */
const copyTree = async (from: string, to: string): Promise<void> => {
  await promisify(execFile)('cp', ['-a', from, to]);
};

export async function startRestorablePostgres(): Promise<RestorablePostgres> {
  const user = await serverUser();
  const home = await temporaryDirectory(user);
  const directory = join(home, 'postgres');
  const copy = join(home, 'copy');
  const cluster = { directory, user, binaries: await binariesFor(user) };
  await freshCluster(cluster);
  const password = await readPassword(directory);
  let port = await startServer(cluster, SETTINGS);
  const proxy = await TcpProxy.open(() => port);

  const stopped = async (work: () => Promise<void>): Promise<void> => {
    await stopServer(cluster);
    await work();
    port = await startServer(cluster, SETTINGS);
  };
  const becomePrimary = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: connectionUrl(port, password, 'postgres') });
    await client.connect();
    await client.query('SELECT pg_promote()');
    const isPrimary = async (): Promise<boolean> => {
      const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
      return !rows[0]!.standby;
    };
    await waitFor(isPrimary, { what: 'the promotion', timeoutMs: 20_000 });
    await client.end();
  };
  const beStandby = async (): Promise<void> => {
    const signal = join(directory, 'standby.signal');
    await writeFile(signal, '');
    await give(signal, user);
  };
  const dismissGuard = whenWeDie('kill -QUIT $(head -n 1 "$1/postmaster.pid"); sleep 1; rm -rf "$2"', [
    directory,
    home,
  ]);

  return {
    url: connectionUrl(proxy.port, password, 'postgres'),
    save: () => stopped(() => copyTree(directory, copy)),
    async restore({ promoted = false } = {}) {
      await stopped(async () => {
        await rm(directory, { recursive: true, force: true });
        await copyTree(copy, directory);
        if (promoted) await beStandby();
      });
      if (promoted) await becomePrimary();
    },
    async promote() {
      await stopped(beStandby);
      await becomePrimary();
    },
    async stop() {
      await proxy.close();
      await stopServer(cluster);
      dismissGuard();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
