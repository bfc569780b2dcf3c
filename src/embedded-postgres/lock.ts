import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type ProbeResult } from './connection.js';
import { EmbeddedPostgresError, errorText } from './errors.js';
import { isAlive } from './process-table.js';

/** An advisory lock in the database `postgres`, which the application itself never uses. */
const LOCK_KEY = 7_211_002;
/** How long a killed application's connection may take to be noticed by PostgreSQL. */
const GHOST_MS = 5000;
const RETRY_MS = 250;

/**
 * The right to use a data directory: a session advisory lock inside its own PostgreSQL, on a connection that is used
 * for nothing else. It vanishes with our process, however that ends; a lock file would have to be guessed stale.
 */
export class DataDirLock {
  private held = true;
  private released = false;

  private constructor(
    private client: pg.Client,
    private readonly reconnect: () => Promise<ProbeResult>,
    private readonly log: (line: string) => void,
  ) {
    this.watch();
  }

  /** Throws `data_dir_in_use` when another living server has it. `client` belongs to the lock from now on. */
  static async acquire(
    client: pg.Client,
    dataDir: string,
    reconnect: () => Promise<ProbeResult>,
    log: (line: string) => void,
  ): Promise<DataDirLock> {
    const deadline = Date.now() + GHOST_MS;
    while (!(await tryLock(client))) {
      const holder = await holderOf(client);
      const isGhost = holder === undefined || !isAlive(holder);
      if (!isGhost || Date.now() > deadline) {
        await client.end();
        throw dataDirInUse(dataDir, holder);
      }
      await sleep(RETRY_MS);
    }
    return new DataDirLock(client, reconnect, log);
  }

  /** False when the connection was lost and another server has taken the directory, or PostgreSQL is gone. */
  async isHeld(): Promise<boolean> {
    return this.held || (await this.regainOnce()) || this.held;
  }

  /** From now on the end of the connection is expected. */
  expectEnd(): void {
    this.released = true;
  }

  async release(): Promise<void> {
    this.released = true;
    await this.client.end();
  }

  private watch(): void {
    this.client.once('end', () => {
      this.held = false;
      if (!this.released) void this.regain();
    });
  }

  /** PostgreSQL ends all connections when one of its processes has crashed, and goes on by itself. */
  private async regain(): Promise<void> {
    this.log('the connection that guards DATA_DIR is lost; trying to get it back');
    while (!this.released) {
      await sleep(RETRY_MS);
      if (await this.regainOnce()) return;
    }
  }

  private async regainOnce(): Promise<boolean> {
    try {
      const client = await this.reconnect();
      if (typeof client === 'string') return false;
      if (this.released || !(await tryLock(client))) {
        await client.end();
        return false;
      }
      this.client = client;
      this.held = true;
      this.watch();
      this.log('the connection that guards DATA_DIR is back');
      return true;
    } catch (error) {
      this.log(`guarding DATA_DIR failed: ${errorText(error)}`);
      return false;
    }
  }
}

export function dataDirInUse(dataDir: string, pid: number | undefined): EmbeddedPostgresError {
  const who = pid === undefined ? 'another server' : `another server (pid ${pid})`;
  return new EmbeddedPostgresError('data_dir_in_use', `DATA_DIR ${dataDir} is in use by ${who}`);
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK_KEY]);
  return rows[0]?.locked === true;
}

/** A one-argument advisory lock shows its low half as objid, and objsubid 1. */
async function holderOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ application_name: string }>(
    `SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND objsubid = 1 AND granted`,
    [LOCK_KEY],
  );
  const pid = /(?<!\d)(\d+)$/.exec(rows[0]?.application_name ?? '')?.[1];
  return pid === undefined ? undefined : Number(pid);
}
