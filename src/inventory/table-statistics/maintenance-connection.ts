import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { DatabaseUrl } from '../../database/index.js';

/** Milliseconds to wait for the connection. */
const CONNECT_TIMEOUT = 3_000;
/** Milliseconds after which a statement is given up: a vacuum of a million new products may take half a minute. */
const STATEMENT_TIMEOUT = 120_000;

const SETTINGS = {
  statement_timeout: String(STATEMENT_TIMEOUT),
  lock_timeout: '100',
  idle_in_transaction_session_timeout: '15000',
  // The pace of autovacuum: requests come first.
  vacuum_cost_delay: '2',
};

/** Connections for the upkeep of tables, apart from the pools that requests wait for. */
@Injectable()
export class MaintenanceConnection {
  private client: pg.Client | undefined;
  private closed = false;

  constructor(private readonly databaseUrl: DatabaseUrl) {}

  /** Lends a new connection to `work`, and ends it. Throws what the driver throws. */
  async use(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const own = {
      application_name: 'mandi-inventory-sync maintenance',
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      query_timeout: STATEMENT_TIMEOUT,
    };
    const { config, prepare } = this.databaseUrl.setUp(own, SETTINGS);
    const client = new config.Client(config);
    client.on('error', () => undefined); // the statement under way fails with it
    await client.connect();
    try {
      await prepare(client);
      this.client = client;
      if (!this.closed) await work(client);
    } finally {
      this.client = undefined;
      await client.end();
    }
  }

  /** Ends at once what is under way; it fails. */
  close(): void {
    this.closed = true;
    void this.client?.end();
  }
}
