import { Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import type { QueryResultRow } from 'pg';
import { clientToCut, DatabaseUrl, type Statement } from '../../database/index.js';
import { LogHistory } from '../log/log-history.js';
import { SEQUENCING_SETTINGS } from './sequence-events.sql.js';

/** `application_name` of the leader's sessions. */
export const LEADER_NAME = 'mandi-inventory-sync relay';

/** Numbers no other program uses on the database, one for each connection: "mandr" and "mands" in ASCII. */
const LEADER_LOCKS = [0x6d616e6472, 0x6d616e6473];

/**
 * Milliseconds after which PostgreSQL ends the session of a leader that has gone quiet (a paused process, a cut
 * network), so that another instance can take over. The relay speaks to PostgreSQL at least every half second.
 */
const SILENT_LEADER_TIMEOUT = 4_000;

/** Milliseconds to wait for an answer on the leader's connection before it is given up. */
const QUERY_TIMEOUT = 5_000;
const RELEASE_TIMEOUT = 1_000;
/**
 * Milliseconds that a statement waits for a row that another session keeps locked: the statements behind it wait as
 * well.
 */
const LOCK_TIMEOUT = 100;

const SETTINGS = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: String(SILENT_LEADER_TIMEOUT),
  // For a leader that doesn't even take what PostgreSQL sends it.
  tcp_user_timeout: String(SILENT_LEADER_TIMEOUT),
  lock_timeout: String(LOCK_TIMEOUT),
  // Under any other, `lock_positions` wouldn't see what has been committed while it waited.
  default_transaction_isolation: 'read committed',
  ...SEQUENCING_SETTINGS,
};

/** How the leader reaches PostgreSQL. */
export interface LeaderConnections {
  /** Sequences, and takes what else gives positions. */
  main: pg.Client;
  /** Gives positions to what would keep the main one long. */
  second: pg.Client;
  /** PostgreSQL's process of either. */
  sessions: ReadonlyMap<pg.Client, number>;
  /** Moment of `performance.now()`, with all locks held: no other instance has led since. */
  since: number;
}

/**
 * Elects the leader of the relay: PostgreSQL session advisory locks on the very connections that give positions, one on
 * each. When a connection ends, its lock goes to another instance, and this one can't give positions on it any more:
 * that is the fence. An instance leads only with both, so a former leader that has lost only one of them keeps all
 * others waiting until it has given up the other one.
 */
@Injectable()
export class LeaderElection {
  private readonly logger = new Logger(LeaderElection.name);
  /**
   * In the order of their locks, of which all but the last one's are held, and once this instance leads that as well.
   */
  private clients: pg.Client[] = [];
  private connections: LeaderConnections | null = null;
  private readonly connecting = new WeakSet<pg.Client>();
  /** As PostgreSQL says: what a pooler tells the driver is a number of its own. */
  private readonly sessions = new WeakMap<pg.Client, number>();
  private readonly cuts = new WeakMap<pg.Client, () => void>();

  constructor(
    private readonly databaseUrl: DatabaseUrl,
    private readonly history: LogHistory,
  ) {}

  get held(): boolean {
    return this.connections !== null;
  }

  /** The leader's connections if this instance leads, as far as it knows. */
  get current(): LeaderConnections | null {
    return this.connections;
  }

  /** Since when it leads, see `LeaderConnections.since`; undefined if it doesn't. */
  get heldSince(): number | undefined {
    return this.connections?.since;
  }

  /** PostgreSQL's processes of this instance's connections, whether it leads or would like to. */
  get ownSessions(): number[] {
    return this.clients.flatMap((client) => this.sessions.get(client) ?? []);
  }

  /** The leader's connections, or null while another instance leads. Throws if PostgreSQL is out of reach. */
  async acquire(): Promise<LeaderConnections | null> {
    if (this.connections) return this.connections;
    const { clients } = this;
    for (const [index, lock] of LEADER_LOCKS.entries()) {
      const client = clients[index] ?? (await this.connect(clients));
      if (this.clients !== clients) return null;
      // Of all but the last one the lock is held, as there is another one behind it.
      if (index < clients.length - 1) continue;
      const { held, session } = await lockOn(client, lock);
      this.sessions.set(client, session);
      if (!held || this.clients !== clients) return null;
    }
    const [main, second] = clients as [pg.Client, pg.Client];
    // Before it can give positions: this may be another history of the database than the one it has known.
    await this.history.lookAsLeader(
      async <Row extends QueryResultRow>({ name, text }: Statement, values: unknown[]) => {
        const { rows } = await main.query<Row>({ name, text, values });
        return rows;
      },
    );
    if (this.clients !== clients) return null;
    const sessions = new Map([main, second].map((client) => [client, this.sessions.get(client)!]));
    this.connections = { main, second, sessions, since: performance.now() };
    this.logger.log('Leads the relay');
    return this.connections;
  }

  /** Hands leadership over at once, or within a bound if PostgreSQL doesn't answer. */
  async release(): Promise<void> {
    const { clients } = this;
    this.clients = [];
    this.connections = null;
    await Promise.all(clients.map((client) => this.end(client)));
  }

  /** What has been sent is still answered, if that doesn't take long. */
  private async end(client: pg.Client): Promise<void> {
    // A client that is ended politely while it connects never settles its `connect`.
    if (this.connecting.has(client)) return this.cut(client);
    const timer = setTimeout(() => this.cut(client), RELEASE_TIMEOUT);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  private cut(client: pg.Client): void {
    this.cuts.get(client)?.();
  }

  private async connect(clients: pg.Client[]): Promise<pg.Client> {
    const own = {
      application_name: LEADER_NAME,
      connectionTimeoutMillis: 5_000,
      query_timeout: QUERY_TIMEOUT,
      keepAlive: true,
      // The next statement is with PostgreSQL when it has done with the one before.
      pipeline: true,
    };
    const { config, prepare } = this.databaseUrl.setUp(own, SETTINGS);
    const { client, cut } = clientToCut(config);
    this.cuts.set(client, cut);
    // Fires for a connection cut while idle as well; without a listener it would end the process.
    client.on('error', (error) => this.lose(clients, error));
    client.on('end', () => this.lose(clients));
    // Known before it is connected: if it ends in the very moment it is, `lose` must not miss it.
    clients.push(client);
    this.connecting.add(client);
    try {
      await client.connect();
      await prepare(client);
    } catch (error) {
      this.lose(clients);
      throw error;
    } finally {
      this.connecting.delete(client);
    }
    return client;
  }

  /** One of the connections is gone. */
  private lose(clients: pg.Client[], error?: Error): void {
    if (this.clients !== clients) return;
    if (this.held) this.logger.warn(`Lost the leadership of the relay${error ? `: ${error.message}` : ''}`);
    void this.release();
  }
}

async function lockOn(client: pg.Client, lock: number): Promise<{ held: boolean; session: number }> {
  const text = 'SELECT pg_try_advisory_lock($1) AS held, pg_backend_pid() AS session';
  const { rows } = await client.query<{ held: boolean; session: number }>(text, [lock]);
  return rows[0]!;
}
