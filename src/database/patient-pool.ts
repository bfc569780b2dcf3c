import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg, { type QueryConfig, type QueryResultRow } from 'pg';
import { CONNECT_TIMEOUT, SERVER_LIMITS } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';
import { rowsOf } from './rows-of.js';

/** Few, as each plans what it is asked for itself, and keeps the plans. */
export const PATIENT_CONNECTIONS = 3;
/** Milliseconds without use after which a connection ends, and its plans with it. */
const IDLE = 60_000;
/**
 * Statements after which it does so as well: a plan of such a one takes 2 MB and more, and nothing else makes
 * PostgreSQL forget it. Two connections that were asked 2,000 searches of nearly as many forms had 4.3 GB each.
 */
const MOST_PLANS = 64;

/**
 * Connections for what is read in more than milliseconds, so that others must not wait behind it (`PipelinedReadPool`),
 * and is planned in as many: searches of the past. Left to itself, PostgreSQL plans a statement six times before it
 * keeps a plan; on connections that all kinds of work share, each statement would come to each of them.
 */
@Injectable()
export class PatientPool implements OnApplicationShutdown {
  private readonly pool: pg.Pool;
  /** Names of statements. */
  private readonly plans = new WeakMap<pg.PoolClient, Set<string>>();

  constructor(databaseUrl: DatabaseUrl) {
    const own = {
      application_name: 'mandi-inventory-sync past',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
    };
    const { config, prepare } = databaseUrl.setUp(own, { ...SERVER_LIMITS, plan_cache_mode: 'force_generic_plan' });
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool awaits it
    this.pool = new pg.Pool({ ...config, max: PATIENT_CONNECTIONS, idleTimeoutMillis: IDLE, onConnect: prepare });
    // One that is cut while it is idle; the pool leaves it out from then on.
    this.pool.on('error', () => undefined);
  }

  /** Throws whatever the driver throws. Who asks bounds how many wait for a connection. */
  async query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    const connection = await this.pool.connect();
    let isOver = false;
    const end = (): void => void (isOver = true);
    // Without a listener, a connection that is cut meanwhile would end the process; its query fails.
    connection.on('error', end);
    try {
      isOver = this.planned(connection, query.name) >= MOST_PLANS;
      return rowsOf(await connection.query<Row>(query));
    } catch (error) {
      isOver = true;
      throw error;
    } finally {
      connection.removeListener('error', end);
      connection.release(isOver);
    }
  }

  /** How many statements a connection has plans of, this one included. */
  private planned(connection: pg.PoolClient, name = ''): number {
    const names = this.plans.get(connection) ?? new Set();
    this.plans.set(connection, names.add(name));
    return names.size;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
