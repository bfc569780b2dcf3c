import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { binariesFor } from '../../../src/embedded-postgres/binaries.js';
import { type Cluster, readPassword } from '../../../src/embedded-postgres/cluster.js';
import { runningPostmaster } from '../../../src/embedded-postgres/postmaster.js';
import { run } from '../../../src/embedded-postgres/run.js';
import { connectionUrl, startServer, stopServer } from '../../../src/embedded-postgres/server.js';
import { serverUser } from '../../../src/embedded-postgres/system-user.js';
import { freshCluster } from '../fresh-cluster.js';
import { temporaryDirectory } from '../postgres-server.js';
import { waitFor, whenWeDie } from '../processes.js';

/** What was committed must outlive the server, but not the machine: it reaches the kernel at commit, not the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'on',
  full_page_writes: 'off',
  max_connections: '150',
  shared_buffers: '64MB',
  jit: 'off',
};
const DATABASE = 'mandi';

/** Ways to stop: sessions are ended in order; PostgreSQL gives up everything and recovers at its next start. */
export type StopMode = 'fast' | 'immediate';
const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** A PostgreSQL that may be stopped, started and paused, with an empty database for the instances. */
export class ClusterPostgres {
  /** Another one after every start. */
  port = 0;

  private constructor(
    private readonly cluster: Cluster,
    private readonly password: string,
    private readonly remove: () => Promise<void>,
  ) {}

  static async create(): Promise<ClusterPostgres> {
    const user = await serverUser();
    const home = await temporaryDirectory(user);
    const directory = join(home, 'postgres');
    const guard = 'for s in QUIT CONT; do kill -$s $(head -n 1 "$1/postmaster.pid"); done; sleep 1; rm -rf "$2"';
    const dismissGuard = whenWeDie(guard, [directory, home]);
    const remove = async (): Promise<void> => {
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
      dismissGuard();
    };
    try {
      const cluster = { directory, user, binaries: await binariesFor(user) };
      await freshCluster(cluster);
      const postgres = new ClusterPostgres(cluster, await readPassword(directory), remove);
      await postgres.start();
      await postgres.emptyDatabase();
      return postgres;
    } catch (error) {
      await remove();
      throw error;
    }
  }

  /** @param port of a proxy, or directly */
  url(port = this.port): string {
    return connectionUrl(port, this.password, DATABASE);
  }

  async start(): Promise<void> {
    if (await runningPostmaster(this.cluster.directory)) return;
    this.port = await startServer(this.cluster, SETTINGS);
  }

  /** Resolves when it is down. */
  async stop(mode: StopMode): Promise<void> {
    const postmaster = await runningPostmaster(this.cluster.directory);
    if (postmaster) process.kill(postmaster.pid, STOP_SIGNALS[mode]);
    const down = async () => !(await runningPostmaster(this.cluster.directory));
    await waitFor(down, { what: 'PostgreSQL to stop' });
  }

  /** Connections stay open and nothing answers. */
  async pause(): Promise<void> {
    const postmaster = await runningPostmaster(this.cluster.directory);
    if (!postmaster) throw new Error('PostgreSQL does not run');
    // The postmaster first, so that it makes no more processes meanwhile.
    process.kill(postmaster.pid, 'SIGSTOP');
    await this.signalChildren(postmaster.pid, 'SIGSTOP');
  }

  async resume(): Promise<void> {
    const postmaster = await runningPostmaster(this.cluster.directory);
    if (!postmaster) return;
    await this.signalChildren(postmaster.pid, 'SIGCONT');
    process.kill(postmaster.pid, 'SIGCONT');
  }

  /** Does something on a direct connection. */
  async query<Result>(work: (client: pg.Client) => Promise<Result>, database?: string): Promise<Result> {
    const connectionString = database === undefined ? this.url() : connectionUrl(this.port, this.password, database);
    const client = new pg.Client({ connectionString });
    client.on('error', () => undefined); // `work` is told by its next statement
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Drops the instances' database, if there is one, and makes it anew. */
  async emptyDatabase(): Promise<void> {
    await this.query(async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0`);
    }, 'postgres');
  }

  async dispose(): Promise<void> {
    await this.resume();
    await stopServer(this.cluster);
    await this.remove();
  }

  private async signalChildren(postmaster: number, signal: NodeJS.Signals): Promise<void> {
    const { output } = await run('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { cwd: '/' });
    for (const pid of output.split(/\s+/).filter(Boolean)) {
      try {
        process.kill(Number(pid), signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended meanwhile
      }
    }
  }
}
