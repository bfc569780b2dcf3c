import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { waitFor } from './processes.js';

export interface TestDatabase {
  url: string;
  /** Drops it. Throws when somebody is still connected: a pool has leaked. */
  drop(): Promise<void>;
}

const TEMPLATE = 'mandi_template';
/** Any number nobody else uses as an advisory lock in the database `postgres`. */
const TEMPLATE_LOCK = 7_211_001;
/** A pool's end() returns a moment before the server has seen it. */
const LEAK_GRACE_MS = 2000;

/** This test file's own; each file has its own copy of this module, so order among files does not matter. */
let template: string | undefined;

/**
 * Makes the databases of this test file copies of one that `migrate` has prepared. The first worker to ask prepares it,
 * the others wait for it; all must give the same `migrate`, and it must close its connections.
 */
export async function prepareTemplate(migrate: (url: string) => Promise<void>): Promise<void> {
  await asAdmin(async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]); // goes with the connection
    const ready = await admin.query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [TEMPLATE]);
    if (ready.rowCount === 1) return;
    await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`); // a migration that failed half-way
    await admin.query(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(urlOf(TEMPLATE));
    await untilNobodyIsConnected(admin, TEMPLATE);
    await admin.query(`ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  });
  template = TEMPLATE;
}

/** A database for one test file: a copy of the prepared template, or an empty one when none was prepared. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template ?? 'template0'}`));
  return { url: urlOf(name), drop: () => dropDatabase(name) };
}

async function dropDatabase(name: string): Promise<void> {
  await asAdmin(async (admin) => {
    try {
      await untilNobodyIsConnected(admin, name);
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
}

interface Connection {
  application_name: string;
  state: string;
  query: string;
}

async function untilNobodyIsConnected(admin: pg.Client, name: string): Promise<void> {
  let open: Connection[] = [];
  const isFree = async (): Promise<boolean> => {
    ({ rows: open } = await admin.query<Connection>(
      `SELECT application_name, state, left(query, 100) AS query
         FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    ));
    return open.length === 0;
  };
  try {
    await waitFor(isFree, { timeoutMs: LEAK_GRACE_MS, what: `connections to ${name} to end` });
  } catch (error) {
    const list = open.map((one) => `  ${one.application_name || '(unnamed)'}, ${one.state}, last: ${one.query}`);
    const message = `pool leaked: ${open.length} connection(s) to ${name} are still open\n${list.join('\n')}`;
    throw new Error(message, { cause: error });
  }
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function adminUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (url === undefined) throw new Error('TEST_POSTGRES_URL is not set: global-setup.ts has not run');
  return url;
}
