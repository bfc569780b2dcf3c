import pg, { type Pool, type PoolClient, type PoolConfig } from 'pg';
import { CONNECT_TIMEOUT } from './connection-limits.js';
import type { DatabaseUrl } from './database-url.js';
import type { Settings } from './session/session-settings.js';

export interface OwnPoolOptions extends Pick<PoolConfig, 'max' | 'idleTimeoutMillis'> {
  /** `application_name` of the sessions. */
  name: string;
  /** Of the sessions. */
  settings: Settings;
}

/** A pool beside the one that TypeORM owns, for sessions with settings of their own. */
export function ownPool(databaseUrl: DatabaseUrl, { name, settings, ...limits }: OwnPoolOptions): Pool {
  const own = { application_name: name, keepAlive: true, connectionTimeoutMillis: CONNECT_TIMEOUT };
  const { config, prepare } = databaseUrl.setUp(own, settings);
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool awaits it
  const pool = new pg.Pool({ ...config, ...limits, onConnect: prepare });
  // One that is cut while it is idle; the pool leaves it out from then on.
  pool.on('error', () => undefined);
  return pool;
}

/**
 * Lends one connection of a pool to `work`; a failed connection is not reused.
 *
 * @param work is given the connection, and what has it end when it is given back
 */
export async function lend<Result>(
  pool: Pool,
  work: (connection: PoolClient, end: () => void) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.connect();
  let isOver = false;
  const end = (): void => void (isOver = true);
  // Without a listener, a connection that is cut while it idles here would end the process; its next query fails.
  connection.on('error', end);
  try {
    return await work(connection, end);
  } catch (error) {
    end();
    throw error;
  } finally {
    connection.removeListener('error', end);
    connection.release(isOver);
  }
}
