import type pg from 'pg';
import { binariesFor } from './binaries.js';
import { type Cluster, clusterVersion, createCluster, readPassword } from './cluster.js';
import { connect } from './connection.js';
import { EmbeddedPostgresError, errorText } from './errors.js';
import { DataDirLock } from './lock.js';
import { locate } from './location.js';
import { removeOwner, writeOwner } from './owner.js';
import { type RunningServer, type EnsureRunningOptions, ensureRunning } from './ensure-running.js';
import { checkPaths, connectionUrl, stopServer } from './server.js';

export interface EmbeddedPostgresOptions {
  /** Shown in errors as given here. The cluster is in `<dataDir>/postgres`, or where a note in dataDir says. */
  dataDir: string;
  log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** postgres://… of the database `mandi`, for a superuser, on 127.0.0.1 */
  url: string;
  /** PostgreSQL ran already, left over by an application that was killed. */
  adopted: boolean;
  /**
   * Ends all connections and stops PostgreSQL; a second call waits for the first.
   *
   * @param politelyFor milliseconds (20 s) in which it may write what it has in memory; the next start recovers the
   *   rest
   */
  stop(politelyFor?: number): Promise<void>;
}

export const DATABASE = 'mandi';
const CLAIM_ATTEMPTS = 3;

/**
 * Starts the PostgreSQL of a data directory, after making it if there is none, or adopts the one that a killed
 * application has left running. One application at a time: the next gets `data_dir_in_use`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log = () => undefined } = options;
  try {
    const cluster = await openCluster(dataDir, log);
    const password = await readPassword(cluster.directory);
    const { server, lock } = await claim({ cluster, password, dataDir, log });
    log(`PostgreSQL ${server.adopted ? 'was already running' : 'started'} on 127.0.0.1:${server.port}`);
    let stopping: Promise<void> | undefined;
    const stop = (politelyFor?: number): Promise<void> => (stopping ??= stopOwn(cluster, lock, politelyFor));
    try {
      await writeOwner(cluster);
      await createDatabase(server.client);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url: connectionUrl(server.port, password, DATABASE), adopted: server.adopted, stop };
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    const message = `DATA_DIR ${dataDir} cannot be used: ${errorText(error)}`;
    throw new EmbeddedPostgresError('data_dir_unusable', message, { cause: error });
  }
}

async function openCluster(dataDir: string, log: (line: string) => void): Promise<Cluster> {
  const { directory, user, version } = await locate(dataDir);
  const cluster = { directory, user, binaries: await binariesFor(user) };
  checkPaths(cluster);
  if (version === undefined) {
    log(`making a new PostgreSQL cluster in ${directory}`);
    await createCluster(cluster);
  }
  const found = version ?? (await clusterVersion(directory));
  if (found === cluster.binaries.major) return cluster;
  throw new EmbeddedPostgresError(
    'cluster_version_differs',
    `DATA_DIR ${dataDir} holds data of PostgreSQL ${found}, but this is PostgreSQL ${cluster.binaries.major}: ` +
      'dump and restore them, or choose another DATA_DIR',
  );
}

interface Claim {
  server: RunningServer;
  lock: DataDirLock;
}

async function claim(options: EnsureRunningOptions): Promise<Claim> {
  for (let attempt = 1; ; attempt++) {
    const server = await ensureRunning(options);
    const reconnect = () => connect(server.port, options.password);
    try {
      return { server, lock: await DataDirLock.acquire(server.client, options.dataDir, reconnect, options.log) };
    } catch (error) {
      // Its owner may have stopped PostgreSQL in just this moment; then it is ours to start.
      if (error instanceof EmbeddedPostgresError || attempt === CLAIM_ATTEMPTS) throw error;
    }
  }
}

/** The lock is kept until PostgreSQL has gone, so that no other start adopts a server that is about to stop. */
async function stopOwn(cluster: Cluster, lock: DataDirLock, politelyFor?: number): Promise<void> {
  if (await lock.isHeld()) {
    lock.expectEnd();
    await removeOwner(cluster.directory);
    await stopServer(cluster, politelyFor);
  }
  await lock.release();
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
}
