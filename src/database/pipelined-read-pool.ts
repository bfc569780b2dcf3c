import { availableParallelism } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg, { type QueryConfig, type QueryResultRow } from 'pg';
import { UnavailableError } from '../infra/index.js';
import { CONNECT_TIMEOUT, SERVER_LIMITS } from './connection-limits.js';
import { DatabaseUrl } from './database-url.js';

/** Connections to a PostgreSQL on another machine. */
const REMOTE = 6;
/** To one on this machine at most, however many processors there are: the embedded one has room for 60 in all. */
const LOCAL_LIMIT = 12;
/** Queries under way at most; beyond it they are refused at once instead of piling up. */
const MOST = 500;

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
const PLAN_CACHE_MODE = 'force_generic_plan';

/** Of the sessions of these connections. */
export const READ_SETTINGS = {
  ...SERVER_LIMITS,
  statement_timeout: STATEMENT_TIMEOUT,
  plan_cache_mode: PLAN_CACHE_MODE,
};

interface Pipeline {
  client: Promise<pg.Client>;
  /** Queries sent, or waiting for the connection. */
  underWay: number;
}

/**
 * Connections on which queries are sent one behind the other, without waiting for answers. Where PostgreSQL shares the
 * machine there are as many as processors, within a bound: a query that is sent to a PostgreSQL process at work costs
 * nothing but the sending, while one that has to be woken takes the processor from this process (docs/performance.md).
 *
 * Only for what is read in milliseconds and waits for no lock, as others wait behind it.
 */
@Injectable()
export class PipelinedReadPool implements OnApplicationShutdown {
  private readonly open = new Set<Pipeline>();
  private readonly most: number;
  private underWay = 0;
  private stopped = false;

  constructor(private readonly databaseUrl: DatabaseUrl) {
    this.most = databaseUrl.isLocal ? Math.min(Math.max(2, availableParallelism()), LOCAL_LIMIT) : REMOTE;
  }

  /** Throws `UnavailableError` when too many are under way, and whatever the driver throws. */
  async query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    if (this.stopped || this.underWay >= MOST) throw new UnavailableError('Too many requests wait for the database');
    const pipeline = this.leastBusy();
    pipeline.underWay += 1;
    this.underWay += 1;
    try {
      const { rows } = await (await pipeline.client).query<Row>(query);
      return rows;
    } catch (error) {
      // Only a refusal by PostgreSQL leaves the connection usable for sure.
      if (!(error instanceof pg.DatabaseError)) void this.giveUp(pipeline);
      throw error;
    } finally {
      pipeline.underWay -= 1;
      this.underWay -= 1;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.open].map((pipeline) => this.giveUp(pipeline)));
  }

  /** What is under way may still be answered. */
  private async giveUp(pipeline: Pipeline): Promise<void> {
    if (!this.open.delete(pipeline)) return;
    await pipeline.client.then((client) => client.end()).catch(() => undefined);
  }

  private leastBusy(): Pipeline {
    let least: Pipeline | undefined;
    for (const one of this.open) if (!least || one.underWay < least.underWay) least = one;
    return least && (least.underWay === 0 || this.open.size === this.most) ? least : this.connect();
  }

  private connect(): Pipeline {
    const own = {
      application_name: 'mandi-inventory-sync reads',
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      keepAlive: true,
      pipeline: true,
    };
    const { config, prepare } = this.databaseUrl.setUp(own, READ_SETTINGS);
    const client = new config.Client(config);
    const pipeline = { client: ready(client, prepare), underWay: 0 };
    this.open.add(pipeline);
    // The query that waits for it rejects by itself; the next query gets another connection.
    const gone = (): void => void this.giveUp(pipeline);
    client.on('error', gone);
    client.on('end', gone);
    pipeline.client.catch(gone);
    return pipeline;
  }
}

async function ready(client: pg.Client, prepare: (client: pg.Client) => Promise<void>): Promise<pg.Client> {
  await client.connect();
  try {
    await prepare(client);
    return client;
  } catch (error) {
    // No other code has it yet that could end it.
    client.end().catch(() => undefined);
    throw error;
  }
}
