import pg, { type QueryConfig, type QueryResultRow } from 'pg';
import { UnavailableError } from '../infra/index.js';
import { CONNECT_TIMEOUT } from './connection-limits.js';
import { clientToCut } from './client-to-cut.js';
import type { DatabaseUrl } from './database-url.js';
import { rowsOf } from './rows-of.js';
import type { Settings } from './session/session-settings.js';

/** Queries under way at most; beyond it they are refused at once instead of piling up. */
const MOST = 500;

interface Pipeline {
  client: Promise<pg.Client>;
  /** Ends it without waiting for anything; what is under way rejects. */
  cut: (reason: Error) => void;
  /** Queries sent, or waiting for the connection. */
  underWay: number;
}

export interface PipelineOptions {
  /** `application_name` of the sessions. */
  name: string;
  /** Of the sessions. */
  settings: Settings;
  /** Connections at most. */
  most: number;
  /** Called with each new connection before any query; what it throws refuses the connection. */
  accept?: (client: pg.Client) => Promise<void>;
}

/** Connections on which queries are sent one behind the other, without waiting for answers. */
export class QueryPipelines {
  private readonly open = new Set<Pipeline>();
  private underWay = 0;
  private stopped = false;

  constructor(
    private readonly databaseUrl: DatabaseUrl,
    private readonly options: PipelineOptions,
  ) {}

  /** Throws `UnavailableError` when too many are under way, and whatever the driver throws. */
  async query<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    const [rows] = await this.together([query]);
    return rows as Row[];
  }

  /** Queries that PostgreSQL does in their order on one connection: each sees what the ones before it have seen. */
  async together(queries: readonly QueryConfig[]): Promise<QueryResultRow[][]> {
    if (this.stopped || this.underWay >= MOST) throw new UnavailableError('Too many requests wait for the database');
    const pipeline = this.leastBusy();
    pipeline.underWay += queries.length;
    this.underWay += queries.length;
    try {
      const client = await pipeline.client;
      const results = await Promise.all(queries.map((query) => client.query<QueryResultRow>(query)));
      return results.map(rowsOf);
    } catch (error) {
      // Only a refusal by PostgreSQL leaves the connection usable for sure.
      if (!(error instanceof pg.DatabaseError)) void this.giveUp(pipeline);
      throw error;
    } finally {
      pipeline.underWay -= queries.length;
      this.underWay -= queries.length;
    }
  }

  /**
   * Gives up all connections to a server that may never answer: the next query makes another one, what is under way
   * rejects with `reason`. The driver ends a connection only when its queries have been answered; that would take until
   * TCP gives up, and they would count for so long.
   */
  destroyAll(reason: Error): void {
    const given = [...this.open];
    this.open.clear();
    for (const { cut } of given) cut(reason);
  }

  async close(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.open].map((pipeline) => this.giveUp(pipeline)));
  }

  /** `close` for a server that may never answer. */
  closeAtOnce(reason: Error): void {
    this.stopped = true;
    this.destroyAll(reason);
  }

  /** What is under way may still be answered. */
  private async giveUp(pipeline: Pipeline): Promise<void> {
    if (!this.open.delete(pipeline)) return;
    await pipeline.client.then((client) => client.end()).catch(() => undefined);
  }

  private leastBusy(): Pipeline {
    let least: Pipeline | undefined;
    for (const one of this.open) if (!least || one.underWay < least.underWay) least = one;
    return least && (least.underWay === 0 || this.open.size === this.options.most) ? least : this.connect();
  }

  private connect(): Pipeline {
    const { name, settings, accept } = this.options;
    const own = {
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      keepAlive: true,
      pipeline: true,
    };
    const { config, prepare } = this.databaseUrl.setUp(own, settings);
    const { client, cut } = clientToCut(config);
    const pipeline = {
      client: ready(client, async () => {
        await prepare(client);
        await accept?.(client);
      }),
      cut,
      underWay: 0,
    };
    this.open.add(pipeline);
    // The query that waits for it rejects by itself; the next query gets another connection.
    const gone = (): void => void this.giveUp(pipeline);
    client.on('error', gone);
    client.on('end', gone);
    pipeline.client.catch(gone);
    return pipeline;
  }
}

/** The time-out is the driver's, and known to it for single queries; its types lack it. It cuts the connection. */
export const answeredWithin = (milliseconds: number, query: QueryConfig): QueryConfig =>
  Object.assign({ ...query }, { query_timeout: milliseconds });

async function ready(client: pg.Client, prepare: () => Promise<void>): Promise<pg.Client> {
  await client.connect();
  try {
    await prepare();
    return client;
  } catch (error) {
    // No other code has it yet that could end it.
    client.end().catch(() => undefined);
    throw error;
  }
}
