import type { ClientBase } from 'pg';
import { RELIED_ON_IF_KNOWN, type Settings } from './session-settings.js';

/** `server_version_num` of PostgreSQL 15. */
const OLDEST_VERSION = 150_000;

/**
 * A database that the product can't work with as it is. The message is one line that names what its owner has to
 * change.
 */
export class UnfitDatabaseError extends Error {
  readonly code = 'database_unfit';

  constructor(what: string, options?: ErrorOptions) {
    super(`The database of DATABASE_URL can't be used: ${what}`, options);
  }
}

/** What the owner of a database has made of it. */
export interface DatabaseState {
  /** As `server_version_num`. */
  version: number;
  versionName: string;
  name: string;
  role: string;
  encoding: string;
  standby: boolean;
  readOnly: boolean;
  replicationRole: string;
  synchronousCommit: string;
  fsync: string;
  fullPageWrites: string;
  autovacuum: string;
  /** Where new tables would be made; null if the search path leads nowhere. */
  schema: string | null;
  /** Schemas that have the product's tables already. */
  schemas: string[];
  knownSettings: string[];
}

const STATE = `
  SELECT current_setting('server_version_num')::integer AS version, current_setting('server_version') AS "versionName",
         current_database()::text AS name, current_user::text AS role,
         (SELECT pg_encoding_to_char(encoding)::text FROM pg_database WHERE datname = current_database()) AS encoding,
         pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly",
         current_setting('session_replication_role') AS "replicationRole",
         current_setting('synchronous_commit') AS "synchronousCommit", current_setting('fsync') AS fsync,
         current_setting('full_page_writes') AS "fullPageWrites", current_setting('autovacuum') AS autovacuum,
         current_schema()::text AS schema,
         array(SELECT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relname IN ('event_log', 'inventory_events') AND c.relkind = 'r'
               GROUP BY n.nspname HAVING count(*) = 2 ORDER BY n.nspname) AS schemas,
         array(SELECT name FROM pg_settings WHERE name = ANY ($1::text[])) AS "knownSettings"`;

export async function readState(client: ClientBase): Promise<DatabaseState> {
  const { rows } = await client.query<DatabaseState>(STATE, [Object.keys(RELIED_ON_IF_KNOWN)]);
  return rows[0]!;
}

/**
 * @returns what weakens a guarantee, but is the owner's to decide
 * @throws {UnfitDatabaseError} for what no session can set by itself
 */
export function checkDatabase(state: DatabaseState): string[] {
  const obstacle = obstacleOf(state);
  if (obstacle !== undefined) throw new UnfitDatabaseError(obstacle);
  return warningsOf(state);
}

/** `RELIED_ON_IF_KNOWN`, as far as this version knows them. */
export function knownSettings({ knownSettings: known }: DatabaseState): Settings {
  return Object.fromEntries(Object.entries(RELIED_ON_IF_KNOWN).filter(([name]) => known.includes(name)));
}

function obstacleOf(state: DatabaseState): string | undefined {
  if (state.version < OLDEST_VERSION) return `PostgreSQL 15 or later is needed, this is ${state.versionName}`;
  if (state.encoding !== 'UTF8') {
    const advice = `make another one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`;
    return `the encoding of "${state.name}" is ${state.encoding}, which lacks most scripts; it must be UTF8 (${advice})`;
  }
  if (state.standby) return 'the server is a standby, which can only be read';
  if (state.readOnly) return `"${state.name}" is read-only for "${state.role}" (default_transaction_read_only = on)`;
  if (state.replicationRole !== 'origin') {
    return `session_replication_role is ${state.replicationRole} for "${state.role}", so that triggers don't run; it must be origin`;
  }
  return undefined;
}

/**
 * The schema of the tables that are there already, wherever the search path leads now: found elsewhere, the product
 * would begin with an
 * empty catalogue. Without any it is where the owner wants new tables to be.
 *
 * @throws {UnfitDatabaseError} if there are several, or none
 */
export function schemaOf({ schema, schemas, role }: DatabaseState): string {
  const found = schema !== null && schemas.includes(schema) ? schema : schemas.length === 1 ? schemas[0]! : undefined;
  if (found !== undefined) return found;
  if (schemas.length > 1) {
    throw new UnfitDatabaseError(
      `the product's tables are in several schemas (${schemas.join(', ')}); say which by ALTER ROLE "${role}" SET search_path = …`,
    );
  }
  if (schema === null) {
    throw new UnfitDatabaseError(
      `the search path of "${role}" leads to no schema that it may use; set one by ALTER ROLE "${role}" SET search_path = …`,
    );
  }
  return schema;
}

function warningsOf({ synchronousCommit, fsync, fullPageWrites, autovacuum }: DatabaseState): string[] {
  const loses = 'acknowledged changes may be lost when the server crashes';
  return [
    ...(synchronousCommit === 'off' ? [`synchronous_commit is off: ${loses}`] : []),
    ...(fsync === 'off' ? [`fsync is off: ${loses}`] : []),
    ...(fullPageWrites === 'off' ? ['full_page_writes is off: pages may be torn when the server crashes'] : []),
    ...(autovacuum === 'off' ? ['autovacuum is off: tables and indexes grow, and everything gets slower'] : []),
  ];
}
