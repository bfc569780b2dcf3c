import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool, QueryConfig, QueryResultRow } from 'pg';
import { SERVER_LIMITS } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';
import { ownPool } from './own-pool.js';
import { rowsOf } from './rows-of.js';

/**
 * The writer's two batchers, and what either has held back. More than are asked at once would only be idle.
 */
const MOST = 4;

/** Milliseconds that a statement waits for what another session keeps locked. */
const LOCK_TIMEOUT = '200';

/** `application_name` of these sessions. */
export const IMPATIENT_NAME = 'mandi-inventory-sync writes';

/**
 * Connections of statements on which others wait, so that they must not wait long for a locked row themselves: they
 * fail (`isLockTimeout`), and have done nothing. A setting of the session costs nothing; one within each statement, or
 * before it, would cost every write.
 */
@Injectable()
export class ImpatientPool implements OnApplicationShutdown {
  private readonly pool: Pool;

  constructor(databaseUrl: DatabaseUrl) {
    const settings = { ...SERVER_LIMITS, lock_timeout: LOCK_TIMEOUT };
    this.pool = ownPool(databaseUrl, { name: IMPATIENT_NAME, settings, max: MOST });
  }

  /** Throws whatever the driver throws. */
  async query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    return rowsOf(await this.pool.query<Row>(query));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
