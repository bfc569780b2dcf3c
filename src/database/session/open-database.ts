import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { sqlState } from '../conflicts.js';
import { isDatabaseUnavailable } from '../database-errors.js';
import { CONNECT_TIMEOUT, NO_SERVER_LIMITS } from '../connection-limits.js';
import { DatabaseUrl } from '../database-url.js';
import { migrate } from '../migrate.js';
import { MIGRATIONS } from '../migrations/index.js';
import {
  checkDatabase,
  type DatabaseState,
  knownSettings,
  readState,
  schemaOf,
  UnfitDatabaseError,
} from './check-database.js';
import { WRITE_READINESS, writeObstacle, type WriteReadiness } from './readiness.js';
import type { Settings } from './session-settings.js';

/**
 * Milliseconds for which a PostgreSQL that isn't there yet is asked for, since it may be starting as well, and between
 * two times. An operator should read within ten seconds why the product doesn't start, some of which it takes to load;
 * a server that answers nothing is asked twice in this time, for `CONNECT_TIMEOUT` each.
 */
const ASK_FOR = 7_800;
const ASK_EVERY = 1_000;

/** SQLSTATE with which a pooler refuses a startup packet that has settings it doesn't know. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * Looks whether the database can be used at all, finds out how its sessions are to be set up, and brings its schema
 * up to date.
 *
 * @returns the database as all connections are to be made
 * @throws {UnfitDatabaseError} of one line, for what only its owner can change; an error of one line if PostgreSQL is
 *   out of reach for some seconds
 */
export async function openDatabase(url: string, logger: LoggerService): Promise<DatabaseUrl> {
  const began = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const asked = performance.now();
    try {
      return await open(url, logger);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw asOneLine(error);
      const now = performance.now();
      // The next one takes as long as this: one that nothing answers, three seconds for each server.
      const isLast = now - began + ASK_EVERY + (now - asked) > ASK_FOR;
      if (isLast) throw outOfReach(error as Error);
      logger.warn(`PostgreSQL is out of reach, trying again (${attempt}): ${(error as Error).message}`, 'Database');
      await sleep(ASK_EVERY);
    }
  }
}

const outOfReach = (error: Error): Error =>
  new Error(`PostgreSQL of DATABASE_URL is out of reach: ${error.message || 'connection refused'}`, { cause: error });

async function open(url: string, logger: LoggerService): Promise<DatabaseUrl> {
  const state = await asItIs(url);
  for (const warning of checkDatabase(state)) logger.warn(warning, 'Database');
  const database = await connectedTo(url, state);
  await bringUpToDate(database, logger);
  const readiness = await onConnection(database, (client) => client.query<WriteReadiness>(WRITE_READINESS.text));
  const obstacle = writeObstacle(readiness.rows[0]!);
  if (obstacle !== undefined) throw new UnfitDatabaseError(`${obstacle} (role "${state.role}")`);
  return database;
}

function connectedTo(url: string, state: DatabaseState): Promise<DatabaseUrl> {
  const search = { search_path: `"${schemaOf(state).replaceAll('"', '""')}"` };
  return reachable(new DatabaseUrl(url).with({ ...knownSettings(state), ...search }));
}

/** The database as its owner has set it up, read without any setting of the product's but that it may take a moment. */
async function asItIs(url: string): Promise<DatabaseState> {
  const client = new DatabaseUrl(url).plainClient({ connectionTimeoutMillis: CONNECT_TIMEOUT });
  client.on('error', () => undefined); // the statement under way rejects as well
  await client.connect();
  try {
    await client.query('SET statement_timeout = 10000');
    return await readState(client);
  } finally {
    await client.end();
  }
}

/** With settings in the startup packet if they take effect there, else sent by a statement. */
async function reachable(database: DatabaseUrl): Promise<DatabaseUrl> {
  const stated = database.with({}, 'by a statement');
  try {
    // A value that is no default shows whether the packet is heard.
    const probe: Settings = { lock_timeout: '4321' };
    const { rows } = await onConnection(
      database,
      (client) => client.query<{ lock_timeout: string }>('SHOW lock_timeout'),
      probe,
    );
    return rows[0]!.lock_timeout === '4321ms' ? database : stated;
  } catch (error) {
    if (sqlState(error) !== PROTOCOL_VIOLATION) throw error;
    return stated;
  }
}

async function bringUpToDate(database: DatabaseUrl, logger: LoggerService): Promise<void> {
  const { config, prepare } = database.setUp({}, NO_SERVER_LIMITS);
  const dataSource = await new DataSource({
    type: 'postgres',
    // Or TypeORM would look for it by its name, of which a bundler knows nothing.
    driver: pg,
    migrations: MIGRATIONS,
    applicationName: 'mandi-inventory-sync migrations',
    connectTimeoutMS: CONNECT_TIMEOUT,
    extra: { ...config, onConnect: prepare },
    logger: progressLogger(logger),
  }).initialize();
  await migrate(dataSource, database).finally(() => dataSource.destroy());
}

/** Passes on what migrations say of their progress, and nothing of the statements. */
function progressLogger(logger: LoggerService): Logger {
  const nothing = (): void => undefined;
  return {
    logQuery: nothing,
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: (level, message: string) => {
      if (level === 'warn') logger.warn(message, 'Database');
      else logger.log(message, 'Database');
    },
  };
}

async function onConnection<Result>(
  database: DatabaseUrl,
  work: (client: pg.Client) => Promise<Result>,
  settings?: Settings,
): Promise<Result> {
  const { config, prepare } = database.setUp({ connectionTimeoutMillis: CONNECT_TIMEOUT }, settings);
  const client = new config.Client(config);
  client.on('error', () => undefined); // the statement under way rejects as well
  await client.connect();
  try {
    await prepare(client);
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * What PostgreSQL refuses (a password, a database that isn't there, a right), or the driver before it asks (a
 * certificate), is for the database's owner to mend.
 */
function asOneLine(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UnfitDatabaseError) return error;
  const lacksPassword = error.message.includes('client password must be a string');
  return new UnfitDatabaseError(lacksPassword ? 'it asks for a password, and the URL has none' : error.message, {
    cause: error,
  });
}
