import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg, { type QueryConfig, type QueryResultRow } from 'pg';
import { CONNECT_TIMEOUT, SERVER_LIMITS } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';
import { rowsOf } from './rows-of.js';

/** Few, as each plans what it is asked for itself, and keeps the plans: some 2 MB for each form of search. */
export const PATIENT_CONNECTIONS = 3;
/** Milliseconds without use, and seconds at most, after which a connection ends, and its plans with it. */
const IDLE = 60_000;
const LIFETIME = 900;

const LIMITS = { max: PATIENT_CONNECTIONS, idleTimeoutMillis: IDLE, maxLifetimeSeconds: LIFETIME };

/**
 * Connections for what is read in more than milliseconds, so that others must not wait behind it (`PipelinedReadPool`),
 * and is planned in as many: searches of the past. Left to itself, PostgreSQL plans a statement six times before it
 * keeps a plan; on connections that all kinds of work share, each statement would come to each of them.
 */
@Injectable()
export class PatientPool implements OnApplicationShutdown {
  private readonly pool: pg.Pool;

  constructor(databaseUrl: DatabaseUrl) {
    const own = {
      application_name: 'mandi-inventory-sync past',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
    };
    const { config, prepare } = databaseUrl.setUp(own, { ...SERVER_LIMITS, plan_cache_mode: 'force_generic_plan' });
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool awaits it
    this.pool = new pg.Pool({ ...config, ...LIMITS, onConnect: prepare });
    // One that is cut while it is idle; the pool leaves it out from then on.
    this.pool.on('error', () => undefined);
  }

  /** Throws whatever the driver throws. Who asks bounds how many wait for a connection. */
  async query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    return rowsOf(await this.pool.query<Row>(query));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
