import pg from 'pg';
import { DataSource } from 'typeorm';
import type { InventoryEvent, NewInventoryEvent } from '../../src/contracts/index.js';
import { appendEventsSql, appendVendorEventsSql, eventRows } from '../../src/events/log/append-events.sql.js';
import { MovedEvents } from '../../src/events/log/moved-events.js';
import { EventLog } from '../../src/events/log/event-log.js';
import { LogHistory } from '../../src/events/log/log-history.js';
import { LeaderElection } from '../../src/events/sequencer/leader-election.js';
import { PendingEvents } from '../../src/events/sequencer/pending-events.js';
import { Sequencer } from '../../src/events/sequencer/sequencer.js';
import { DatabaseUrl, ImpatientPool, PatientPool, PipelinedReadPool, SqlClient } from '../../src/database/index.js';
import { Clock, Metrics } from '../../src/infra/index.js';
import { testDatabase } from './app.js';
import type { TestDatabase } from './test-database.js';

const APPEND = `
  WITH changed AS (
    SELECT DISTINCT e->>'productId' AS id, NULL::jsonb AS product FROM jsonb_array_elements($1::jsonb) e
  )
  ${appendEventsSql('$1', 'changed')} RETURNING seq`;

const APPEND_OF_VENDORS = `
  WITH changed AS (SELECT DISTINCT e->>'vendorId' AS id FROM jsonb_array_elements($1::jsonb) e)
  ${appendVendorEventsSql('$1', 'changed')} RETURNING seq`;

/** Appends events through any connection, as a writer's transaction does; gives their `seq`. All of one kind. */
export async function append(client: pg.ClientBase, events: readonly NewInventoryEvent[]): Promise<number[]> {
  const statement = events.some(({ vendor }) => vendor) ? APPEND_OF_VENDORS : APPEND;
  const { rows } = await client.query<{ seq: string }>(statement, [eventRows(events)]);
  return rows.map(({ seq }) => Number(seq));
}

/** The relay's part of one instance. */
export interface Instance {
  leadership: LeaderElection;
  pending: PendingEvents;
  sequencer: Sequencer;
}

export interface TestLog {
  database: TestDatabase;
  log: EventLog;
  sql: SqlClient;
  /** For statements of the test itself. */
  client: pg.Client;
  /** Another connection, for a transaction that stays open; closed with the log. */
  connect(): Promise<pg.Client>;
  /** Released with the log. */
  instance(): Instance;
  /** Appends, commits and sequences all there is, as `instance`; gives what was sequenced. */
  record(instance: Instance, events: readonly NewInventoryEvent[]): Promise<InventoryEvent[]>;
  close(): Promise<void>;
}

/** The event log over a database of its own, without the application around it. */
export async function startTestLog(): Promise<TestLog> {
  const database = await testDatabase();
  const dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  const reads = new PipelinedReadPool(new DatabaseUrl(database.url));
  const impatient = new ImpatientPool(new DatabaseUrl(database.url));
  const patient = new PatientPool(new DatabaseUrl(database.url));
  const sql = new SqlClient(dataSource, reads, impatient, patient);
  const log = new EventLog(sql, new MovedEvents(sql));
  await log.onModuleInit();
  const clients: pg.Client[] = [];
  const instances: Instance[] = [];

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.url });
    clients.push(client);
    await client.connect();
    return client;
  };
  const client = await connect();
  return {
    database,
    log,
    sql,
    client,
    connect,
    instance() {
      const leadership = new LeaderElection(
        new DatabaseUrl(database.url),
        new LogHistory(log, sql, new Metrics(), new Clock()),
      );
      const pending = new PendingEvents(log);
      const instance = { leadership, pending, sequencer: new Sequencer(leadership, log, pending) };
      instances.push(instance);
      return instance;
    },
    async record(instance, events) {
      await append(client, events);
      return sequenceAll(instance);
    },
    async close() {
      await Promise.all(instances.map(({ leadership }) => leadership.release()));
      await Promise.all(clients.map((one) => one.end()));
      await reads.onApplicationShutdown();
      await impatient.onApplicationShutdown();
      await patient.onApplicationShutdown();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** Sequences until nothing committed waits for a position. Throws when `instance` doesn't lead. */
export async function sequenceAll({ sequencer }: Instance): Promise<InventoryEvent[]> {
  const sequenced: InventoryEvent[] = [];
  for (;;) {
    const batch = await sequencer.sequence();
    if (batch === null) throw new Error('another instance leads');
    if (batch.length === 0) return sequenced;
    sequenced.push(...batch);
  }
}
