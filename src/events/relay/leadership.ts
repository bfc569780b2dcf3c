import { Injectable, Logger } from '@nestjs/common';
import pg from 'pg';
import { DatabaseUrl } from '../../infra/index.js';
import { SEQUENCING_SETTINGS } from './sequence-events.sql.js';

/** "mandi relay" as a number no other program uses on the database. */
const LEADER_LOCK = 0x6d616e6472;

/**
 * Milliseconds after which PostgreSQL ends the session of a leader that has gone quiet (a paused process, a cut
 * network), so that another instance can take over. The relay speaks to PostgreSQL at least every half second.
 */
const SILENT_LEADER_TIMEOUT = 4_000;

/** Milliseconds to wait for an answer on the leader's connection before it is given up. */
const QUERY_TIMEOUT = 5_000;
const RELEASE_TIMEOUT = 1_000;
/** Milliseconds that a statement waits for a row which somebody keeps locked: what is behind it waits as well. */
const LOCK_TIMEOUT = 100;

/**
 * Leadership of the relay: a PostgreSQL session advisory lock on the very connection that sequences. When the
 * connection ends, the lock goes to another instance, and this one can't sequence any more: that is the fence.
 */
@Injectable()
export class Leadership {
  private readonly logger = new Logger(Leadership.name);
  private client: pg.Client | null = null;
  private locked = false;

  constructor(private readonly databaseUrl: DatabaseUrl) {}

  get held(): boolean {
    return this.locked;
  }

  /** The leader's connection if this instance leads, as far as it knows. */
  get current(): pg.Client | null {
    return this.locked ? this.client : null;
  }

  /** The leader's connection, or null while another instance leads. Throws if PostgreSQL is out of reach. */
  async acquire(): Promise<pg.Client | null> {
    const client = this.client ?? (await this.connect());
    if (this.locked) return client;
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [LEADER_LOCK]);
    if (!rows[0]!.held || this.client !== client) return null;
    this.locked = true;
    this.logger.log('Leads the relay');
    return client;
  }

  /** Hands leadership over at once, or within a bound if PostgreSQL doesn't answer. */
  async release(): Promise<void> {
    const client = this.client;
    this.client = null;
    this.locked = false;
    if (!client) return;
    const timer = setTimeout(() => destroy(client), RELEASE_TIMEOUT);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.databaseUrl.value,
      application_name: 'mandi-inventory-sync relay',
      connectionTimeoutMillis: 5_000,
      options: [
        `-c idle_session_timeout=${SILENT_LEADER_TIMEOUT}`,
        // For a leader that doesn't even take what PostgreSQL sends it.
        `-c tcp_user_timeout=${SILENT_LEADER_TIMEOUT}`,
        `-c lock_timeout=${LOCK_TIMEOUT}`,
        ...SEQUENCING_SETTINGS,
      ].join(' '),
      query_timeout: QUERY_TIMEOUT,
      keepAlive: true,
      // The next statement is with PostgreSQL when it has done with the one before.
      pipeline: true,
    });
    // Fires for a connection cut while idle as well; without a listener it would end the process.
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client));
    // Known before it is connected: if it ends in the very moment it is, `lose` must not miss it.
    this.client = client;
    try {
      await client.connect();
    } catch (error) {
      this.lose(client);
      throw error;
    }
    return client;
  }

  private lose(client: pg.Client, error?: Error): void {
    if (this.client !== client) return;
    if (this.locked) this.logger.warn(`Lost the leadership of the relay${error ? `: ${error.message}` : ''}`);
    this.client = null;
    this.locked = false;
  }
}

/** Without a goodbye, for a peer that doesn't answer; the end is told by the client's own event. */
function destroy(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
