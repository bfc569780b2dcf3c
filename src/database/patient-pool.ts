import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool, PoolClient, QueryConfig, QueryResultRow } from 'pg';
import { SERVER_LIMITS } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';
import { lend, ownPool } from './own-pool.js';
import { PLAN_CACHE_MODE } from './pipelined-read-pool.js';
import { rowsOf } from './rows-of.js';

/** Few, as each plans what it is asked for itself, and keeps the plans. */
export const PATIENT_CONNECTIONS = 3;
/** Milliseconds without use after which a connection ends, and its plans with it. */
const IDLE = 60_000;
/**
 * Statements after which a connection ends as well: a plan of such a one takes 2 MB and more, and nothing else makes
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
  private readonly pool: Pool;
  /** Names of statements. */
  private readonly plans = new WeakMap<PoolClient, Set<string>>();

  constructor(databaseUrl: DatabaseUrl) {
    this.pool = ownPool(databaseUrl, {
      name: 'mandi-inventory-sync past',
      settings: { ...SERVER_LIMITS, plan_cache_mode: PLAN_CACHE_MODE },
      max: PATIENT_CONNECTIONS,
      idleTimeoutMillis: IDLE,
    });
  }

  /** Throws whatever the driver throws. Who asks bounds how many wait for a connection. */
  query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    return lend(this.pool, async (connection, end) => {
      if (this.planned(connection, query.name) >= MOST_PLANS) end();
      return rowsOf(await connection.query<Row>(query));
    });
  }

  /** How many statements a connection has plans of, this one included. */
  private planned(connection: PoolClient, name = ''): number {
    const names = this.plans.get(connection) ?? new Set();
    this.plans.set(connection, names.add(name));
    return names.size;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
