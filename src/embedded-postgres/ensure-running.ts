import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Cluster } from './cluster.js';
import { connect } from './connection.js';
import { EmbeddedPostgresError } from './errors.js';
import { livingOwner } from './owner.js';
import { dataDirInUse } from './lock.js';
import { disarmStalePidFile, runningPostmaster } from './postmaster.js';
import { startServer, stopServer } from './server.js';
import { serverSettings } from './settings.js';

export interface RunningServer {
  client: pg.Client;
  port: number;
  /** It ran already: an earlier application was killed, or another one has just started it. */
  adopted: boolean;
}

/** Recovery after a crash replays up to max_wal_size (1 GB); minutes on a slow disk. */
const READY_WITHIN_MS = 5 * 60_000;
/** While it starts or recovers it is busy, not silent. */
const SILENCE_MS = 5000;
const START_ATTEMPTS = 3;
const POLL_MS = 100;

export interface EnsureRunningOptions {
  cluster: Cluster;
  password: string;
  dataDir: string;
  log: (line: string) => void;
}

/**
 * A connection to the cluster's server. Looks again at what is there after every step, since another start may be doing
 * the same: none runs → start it; one is starting or stopping → wait; one is hung and its application is dead → stop
 * it.
 */
export async function ensureRunning(options: EnsureRunningOptions): Promise<RunningServer> {
  const { cluster, password, dataDir, log } = options;
  const deadline = Date.now() + READY_WITHIN_MS;
  let adopted = true;
  let failures = 0;
  let silentSince: number | undefined;

  while (Date.now() < deadline) {
    const postmaster = await runningPostmaster(cluster.directory);
    if (!postmaster) {
      silentSince = undefined;
      if (await start(cluster, ++failures)) adopted = false;
      continue;
    }
    const answer = await connect(postmaster.port, password);
    if (typeof answer !== 'string') return { client: answer, port: postmaster.port, adopted };

    silentSince = answer === 'silent' ? (silentSince ?? Date.now()) : undefined;
    if (silentSince !== undefined && Date.now() - silentSince > SILENCE_MS) {
      const owner = await livingOwner(cluster.directory);
      if (owner !== undefined) throw dataDirInUse(dataDir, owner);
      log(`PostgreSQL (pid ${postmaster.pid}) does not answer; restarting it`);
      process.kill(postmaster.pid, 'SIGCONT'); // a suspended process could not obey
      await stopServer(cluster);
    }
    await sleep(POLL_MS);
  }
  throw new EmbeddedPostgresError('start_failed', `PostgreSQL was not ready within ${READY_WITHIN_MS / 1000} s`);
}

async function start(cluster: Cluster, attempt: number): Promise<boolean> {
  try {
    await disarmStalePidFile(cluster.directory);
    await startServer(cluster, serverSettings());
    return true;
  } catch (error) {
    // The port may have been taken meanwhile, or another start was faster.
    const isWorthAnotherTry = error instanceof EmbeddedPostgresError && error.code === 'start_failed';
    if (!isWorthAnotherTry || attempt >= START_ATTEMPTS) throw error;
    await sleep(POLL_MS);
    return false;
  }
}
