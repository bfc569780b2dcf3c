import { availableParallelism } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { QueryConfig, QueryResultRow } from 'pg';
import { SERVER_LIMITS } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';
import { QueryPipelines } from './query-pipelines.js';

/** Connections to a PostgreSQL on another machine. */
const REMOTE = 6;
/** To one on this machine at most, however many processors there are: the embedded one has room for 60 in all. */
const LOCAL_LIMIT = 12;

/**
 * Milliseconds after which PostgreSQL gives up a statement that keeps others waiting: before their askers do, who would
 * give up the connection with all that is on it.
 */
const STATEMENT_TIMEOUT = '5000';

/**
 * A statement is planned once for all values: such plans are as good here as those for each value (their tests ask that
 * of both), and the planning of a page takes longer than the finding of it. By itself PostgreSQL chooses again and
 * again.
 */
export const PLAN_CACHE_MODE = 'force_generic_plan';

/** Of the sessions of these connections. */
export const READ_SETTINGS = {
  ...SERVER_LIMITS,
  statement_timeout: STATEMENT_TIMEOUT,
  plan_cache_mode: PLAN_CACHE_MODE,
};

/** Connections for reading from one server, at most. */
export const readConnections = ({ isLocal }: DatabaseUrl): number =>
  isLocal ? Math.min(Math.max(2, availableParallelism()), LOCAL_LIMIT) : REMOTE;

/**
 * Connections on which queries are sent one behind the other, without waiting for answers. Where PostgreSQL shares the
 * machine there are as many as processors, within a bound: a query that is sent to a PostgreSQL process at work costs
 * nothing but the sending, while one that has to be woken takes the processor from this process (docs/performance.md).
 *
 * Only for what is read in milliseconds and waits for no lock, as others wait behind it.
 */
@Injectable()
export class PipelinedReadPool implements OnApplicationShutdown {
  private readonly pipelines: QueryPipelines;

  constructor(databaseUrl: DatabaseUrl) {
    this.pipelines = new QueryPipelines(databaseUrl, {
      name: 'mandi-inventory-sync reads',
      settings: READ_SETTINGS,
      most: readConnections(databaseUrl),
    });
  }

  /** Throws `UnavailableError` when too many are under way, and whatever the driver throws. */
  query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    return this.pipelines.query<Row>(query);
  }

  onApplicationShutdown(): Promise<void> {
    return this.pipelines.close();
  }
}
