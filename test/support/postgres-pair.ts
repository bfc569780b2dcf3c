import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { binariesFor } from '../../src/embedded-postgres/binaries.js';
import { type Cluster, readPassword, SUPERUSER } from '../../src/embedded-postgres/cluster.js';
import { connectionUrl, startServer, stopServer } from '../../src/embedded-postgres/server.js';
import { give, serverUser } from '../../src/embedded-postgres/system-user.js';
import { freshCluster } from './fresh-cluster.js';
import { temporaryDirectory } from './postgres-server.js';
import { waitFor, whenWeDie } from './processes.js';

const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '100', shared_buffers: '32MB' };
const PROMOTION = { what: 'the promotion', timeoutMs: 20_000 };

/** One of two servers of the same data. */
export interface PairedServer {
  /** `host:port`, which it keeps. */
  host: string;
  url: string;
  /** Ends all its sessions; nothing of it is there any more. */
  kill(): Promise<void>;
  start(): Promise<void>;
  promote(): Promise<void>;
  /** Of a server that was promoted: starts it again as a standby, with all it has written meanwhile. */
  demote(): Promise<void>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** A primary and a replica that streams from it. */
export interface PostgresPair {
  primary: PairedServer;
  replica: PairedServer;
  /** Names both, the replica first. */
  url: string;
  /** From now on a commit is acknowledged when the replica has it. */
  synchronous(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgresPair(): Promise<PostgresPair> {
  const user = await serverUser();
  const home = await temporaryDirectory(user);
  const binaries = await binariesFor(user);
  const clusters = ['one', 'two'].map((name) => ({ directory: join(home, name), user, binaries }));
  const [first, second] = clusters as [Cluster, Cluster];
  const guard =
    'for d in "$1/one" "$1/two"; do kill -QUIT $(head -n 1 "$d/postmaster.pid"); done; sleep 1; rm -rf "$1"';
  const dismissGuard = whenWeDie(guard, [home]);
  await freshCluster(first);
  const password = await readPassword(first.directory);
  const primary = await pairedServer(first, password);
  await copyRunning(primary, first, second);
  await beStandby(second);
  const { port } = new URL(primary.url);
  const source = `host=127.0.0.1 port=${port} user=${SUPERUSER} password=${password} application_name=replica sslmode=disable`;
  const replica = await pairedServer(second, password, { primary_conninfo: source });
  const streams = async (): Promise<boolean> =>
    (await primary.query(`SELECT FROM pg_stat_replication WHERE state = 'streaming'`)).length === 1;
  await waitFor(streams, { what: 'the replica to stream', timeoutMs: 20_000 });
  return {
    primary,
    replica,
    url: `postgres://${SUPERUSER}:${password}@${replica.host},${primary.host}/postgres?sslmode=disable&target_session_attrs=read-write`,
    async synchronous() {
      await primary.query(`ALTER SYSTEM SET synchronous_standby_names = 'replica'`);
      await primary.query('SELECT pg_reload_conf()');
      const isSynchronous = async (): Promise<boolean> =>
        (await primary.query(`SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`)).length === 1;
      await waitFor(isSynchronous, { what: 'the replica to be waited for' });
    },
    async stop() {
      for (const cluster of clusters) await stopServer(cluster);
      dismissGuard();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function pairedServer(
  cluster: Cluster,
  password: string,
  own: Record<string, string> = {},
): Promise<PairedServer> {
  if (own.primary_conninfo) await setInFile(cluster, own);
  const port = await startServer(cluster, SETTINGS);
  const url = connectionUrl(port, password, 'postgres');
  const query: PairedServer['query'] = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  const kill = async (): Promise<void> => {
    const pid = Number((await readFile(join(cluster.directory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    await waitFor(() => isGone(pid), { what: 'PostgreSQL to be gone', timeoutMs: 20_000 });
  };
  const start = async (): Promise<void> => void (await startServer(cluster, SETTINGS, port));
  return {
    host: `127.0.0.1:${port}`,
    url,
    query,
    kill,
    start,
    async demote() {
      await kill();
      await beStandby(cluster);
      await start();
    },
    async promote() {
      await query('SELECT pg_promote()');
      const isPrimary = async (): Promise<boolean> =>
        !(await query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby'))[0]!.standby;
      await waitFor(isPrimary, PROMOTION);
    },
  };
}

async function beStandby({ directory, user }: Cluster): Promise<void> {
  const signal = join(directory, 'standby.signal');
  await writeFile(signal, '');
  await give(signal, user);
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

/** A base backup: the files of a server that runs, with what it needs to become whole. */
async function copyRunning(server: PairedServer, from: Cluster, to: Cluster): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query(`SELECT pg_backup_start('pair', true)`);
    await promisify(execFile)('cp', ['-a', from.directory, to.directory]);
    const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)');
    const label = join(to.directory, 'backup_label');
    await writeFile(label, rows[0]!.label);
    await give(label, to.user);
    await rm(join(to.directory, 'postmaster.pid'), { force: true });
  } finally {
    await client.end();
  }
}

async function setInFile(cluster: Cluster, settings: Record<string, string>): Promise<void> {
  const file = join(cluster.directory, 'postgresql.auto.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  await writeFile(file, `${await readFile(file, 'utf8')}${lines.join('')}`);
}
