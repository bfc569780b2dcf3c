import { execFile } from 'node:child_process';
import { chmod, mkdtemp, realpath, rm, statfs } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binariesFor } from '../../src/embedded-postgres/binaries.js';
import { createCluster, readPassword } from '../../src/embedded-postgres/cluster.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded-postgres/index.js';
import { runningPostmaster } from '../../src/embedded-postgres/postmaster.js';
import { connectionUrl, startServer, stopServer } from '../../src/embedded-postgres/server.js';
import { canEnter, serverUser, type SystemUser } from '../../src/embedded-postgres/system-user.js';
import { waitFor, whenWeDie } from './processes.js';

export interface TestPostgres {
  /** Of the superuser, to the database `postgres`. */
  url: string;
  /** The directory of a cluster as this one was before its first start, which is never started itself. */
  untouched?: string;
  stop(): Promise<void>;
}

/** Nothing here has to survive a crash. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  jit: 'off',
};

/** A PostgreSQL of its own for one test run, in a fresh directory that goes with it. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const user = await serverUser();
  const home = await temporaryDirectory(user);
  const directory = join(home, 'postgres');
  const untouched = join(home, 'untouched');
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const cluster = { directory, user, binaries: await binariesFor(user) };
    await createCluster(cluster, { durable: false });
    await promisify(execFile)('cp', ['-a', directory, untouched]);
    // It counts as memory there, and checkpoints cost little.
    const inMemory = home.startsWith(`${IN_MEMORY}/`) && { max_wal_size: '512MB' };
    const port = await startServer(cluster, { ...SETTINGS, ...inMemory });
    const postmaster = await runningPostmaster(directory);
    // jest runs no teardown when it is interrupted: SIGQUIT is PostgreSQL's immediate shutdown.
    const guard = 'kill -QUIT "$1"; sleep 1; rm -rf "$2"';
    const dismissGuard = whenWeDie(guard, [String(postmaster?.pid), home]);
    return {
      url: connectionUrl(port, await readPassword(directory), 'postgres'),
      untouched,
      async stop() {
        await stopServer(cluster);
        dismissGuard();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * A directory in memory, and the bytes that have to be free there and in the machine. Each database is made of some 400
 * files, which took 0.3 to 1.4 s on a busy disk, and takes 50 ms here; a whole run on two cores has less than 3 GiB at
 * a time, one on more has more databases and servers.
 */
const IN_MEMORY = '/dev/shm';
const ROOM = 4 * 1024 ** 3 * Math.max(2, availableParallelism());
/** The kind of file system that is in memory, as Linux numbers them. */
const TMPFS = 0x01021994;

/** Where directories of servers may be made, the best first: what `TMPDIR` names, or memory if there is much of it. */
async function places(): Promise<string[]> {
  const others = [tmpdir(), '/tmp', '/var/tmp'];
  if (process.env.TMPDIR !== undefined || process.availableMemory() < ROOM) return others;
  const free = await statfs(IN_MEMORY).then(
    ({ type, bavail, bsize }) => (type === TMPFS ? bavail * bsize : 0),
    () => 0,
  );
  return free < ROOM ? others : [IN_MEMORY, ...others];
}

/** A fresh directory that the server's user can enter, whatever TMPDIR says. */
export async function temporaryDirectory(user: SystemUser | undefined): Promise<string> {
  for (const parent of await places()) {
    const directory = await mkdtemp(join(await realpath(parent), 'mandi-test-'));
    await chmod(directory, 0o755);
    if (await canEnter(directory, user)) return directory;
    await rm(directory, { recursive: true });
  }
  throw new Error('no temporary directory is open to the user PostgreSQL runs as: set TMPDIR to one that is');
}

export interface EmbeddedFixture {
  home: string;
  /** `<home>/a directory with spaces` */
  dataDir: string;
  cluster: string;
  /** Starts the embedded server of dataDir, or of another directory. */
  start(log?: (line: string) => void, dataDir?: string): Promise<EmbeddedPostgres>;
  /** Stops all that `start` has started. */
  stopAll(): Promise<void>;
  /** Ends and removes everything; throws when PostgreSQL still ran in dataDir. */
  dispose(): Promise<void>;
}

/** For tests of the embedded server itself: a fresh home, and no server that outlives the test, however that ends. */
export async function embeddedFixture(): Promise<EmbeddedFixture> {
  const home = await temporaryDirectory(await serverUser());
  const dataDir = join(home, 'a directory with spaces');
  const cluster = join(dataDir, 'postgres');
  // SIGCONT: a test may have suspended it.
  const guard = 'for s in QUIT CONT; do kill -$s $(head -n 1 "$1/postmaster.pid"); done; sleep 1; rm -rf "$2"';
  const dismissGuard = whenWeDie(guard, [cluster, home]);
  const started: EmbeddedPostgres[] = [];
  const stopAll = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  };
  return {
    home,
    dataDir,
    cluster,
    stopAll,
    async start(log, directory = dataDir) {
      const server = await startEmbeddedPostgres({ dataDir: directory, ...(log && { log }) });
      started.push(server);
      return server;
    },
    async dispose() {
      await stopAll();
      const leftRunning = await runningPostmaster(cluster);
      if (leftRunning) process.kill(leftRunning.pid, 'SIGQUIT');
      await waitFor(async () => !(await runningPostmaster(cluster)), { what: 'PostgreSQL to end' });
      dismissGuard();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
      if (leftRunning) throw new Error(`PostgreSQL (pid ${leftRunning.pid}) was left running`);
    },
  };
}
