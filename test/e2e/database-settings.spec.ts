import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseUrl } from '../../src/database/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { everydayUse } from '../support/everyday-use.js';
import { startPickyPooler } from '../support/picky-pooler.js';
import { ensureBuilt, START_TIMEOUT, startProduct } from '../support/product-process.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import type { TestDatabase } from '../support/test-database.js';
import { JWT_SECRET } from '../support/tokens.js';
import { withClient } from '../support/with-client.js';

/** What the owner of a database may have set for all sessions in it, for reasons of his own. */
const SETTINGS: Record<string, string>[] = [
  { datestyle: 'SQL, DMY' },
  { datestyle: 'German' },
  { datestyle: 'Postgres, MDY' },
  { intervalstyle: 'sql_standard' },
  { intervalstyle: 'iso_8601' },
  { timezone: 'Asia/Kolkata' },
  { timezone: 'America/St_Johns', datestyle: 'SQL, MDY' },
  { default_transaction_isolation: 'repeatable read' },
  { default_transaction_isolation: 'serializable', default_transaction_deferrable: 'on' },
  { standard_conforming_strings: 'off', escape_string_warning: 'on' },
  { client_encoding: 'LATIN1' },
  { search_path: 'elsewhere' },
  { search_path: '' },
  { bytea_output: 'escape' },
  { extra_float_digits: '-15' },
  { array_nulls: 'off' },
  { transform_null_equals: 'on' },
  { gin_fuzzy_search_limit: '1' },
  { jit: 'on', jit_above_cost: '0', jit_optimize_above_cost: '0', jit_inline_above_cost: '0' },
  { plan_cache_mode: 'force_custom_plan', join_collapse_limit: '1', from_collapse_limit: '1', geqo_threshold: '2' },
  { enable_indexscan: 'off', enable_bitmapscan: 'off', enable_indexonlyscan: 'off' },
  { enable_seqscan: 'off', enable_nestloop: 'off', enable_hashjoin: 'off', enable_sort: 'off' },
  { statement_timeout: '20', lock_timeout: '1', idle_in_transaction_session_timeout: '20' },
  { idle_session_timeout: '50' },
  { synchronous_commit: 'off', default_text_search_config: 'pg_catalog.german', xmlbinary: 'hex' },
  { row_security: 'off', lc_numeric: 'C', lc_time: 'C' },
];

describe('databases as their owners have set them up', () => {
  let database: TestDatabase;
  let name: string;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await testDatabase();
    name = new URL(database.url).pathname.slice(1);
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const owner = (...statements: string[]) =>
    withClient(database.url, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  const set = (settings: Record<string, string>) =>
    owner(
      ...Object.entries(settings).map(([setting, value]) => {
        // A list of schemas in quotes would be one name.
        const literal = setting === 'search_path' && value !== '' ? value : `'${value}'`;
        return `ALTER DATABASE ${name} SET ${setting} = ${literal}`;
      }),
    );
  const start = async (env: Record<string, string> = {}, url = database.url): Promise<TestApp> => {
    const app = await startApp({ database: { ...database, url }, env });
    apps.push(app);
    return app;
  };
  const told = (settings: Record<string, string>) =>
    Object.entries(settings)
      .map(([setting, value]) => `${setting} = '${value}'`)
      .join(', ');

  it.each(SETTINGS.map((settings) => ({ settings, what: told(settings) })))(
    'serve with $what',
    async ({ settings }) => {
      await owner('CREATE SCHEMA elsewhere');
      await set(settings);
      expect(await everydayUse(await start())).toEqual([]);
    },
  );

  /** One line, as `main` prints it: the message of an error, which names what is wrong. */
  const refusal = async (url = database.url): Promise<string> => {
    const error: unknown = await start({}, url).then(
      () => new Error('it has started'),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'database_unfit' });
    const { message } = error as Error;
    expect(message).not.toMatch('\n');
    return message;
  };
  const empty = async (options: string): Promise<string> => {
    const other = `odd_${randomBytes(6).toString('hex')}`;
    await owner(`CREATE DATABASE ${other} TEMPLATE template0 ${options}`);
    made.push(other);
    const url = new URL(database.url);
    url.pathname = `/${other}`;
    return url.href;
  };
  const made: string[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    for (const other of made.splice(0)) {
      await withClient(process.env.TEST_POSTGRES_URL!, (admin) => admin.query(`DROP DATABASE ${other} WITH (FORCE)`));
    }
  });

  it.each(['LATIN1', 'SQL_ASCII'])('are refused when they are encoded in %s', async (encoding) => {
    expect(await refusal(await empty(`ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C'`))).toMatch(
      new RegExp(`encoding of "odd_\\w+" is ${encoding}.*must be UTF8`),
    );
  });

  it(
    'end the process with exit code 1 and one line when they are refused',
    async () => {
      await ensureBuilt();
      const url = await empty(`ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'`);
      const child = await startProduct({ DATABASE_URL: url, JWT_SECRET });
      expect(await child.exited).toBe(1);
      const lines = child.output().split('\n');
      expect(lines.filter((line) => line !== '')).toEqual([
        expect.stringMatching(/^mandi-inventory-sync: The database of DATABASE_URL can't be used: .*LATIN1/),
      ]);
    },
    START_TIMEOUT,
  );

  it('are refused when they are read-only', async () => {
    await set({ default_transaction_read_only: 'on' });
    expect(await refusal()).toMatch(/is read-only .*default_transaction_read_only = on/);
  });

  it('are refused when triggers are off', async () => {
    await set({ session_replication_role: 'replica' });
    expect(await refusal()).toMatch('session_replication_role is replica');
  });

  it('keep their tables where the owner wants new ones to be, and find them when that changes', async () => {
    const url = await empty(`ENCODING 'UTF8'`);
    const other = new URL(url).pathname.slice(1);
    await withClient(url, (client) =>
      client.query(`CREATE SCHEMA "my Market"; ALTER DATABASE ${other} SET search_path = "my Market"`),
    );
    expect(await everydayUse(await start({}, url))).toEqual([]);
    await apps.pop()!.close();
    await withClient(url, (client) => client.query(`ALTER DATABASE ${other} RESET search_path`));
    const app = await start({}, url);
    const { body } = await app.request<{ items: unknown[] }>('GET', '/api/vendors/search');
    expect(body.items.length).toBeGreaterThan(0);
    const { rows } = await withClient(url, (client) =>
      client.query<{ schema: string }>(
        `SELECT DISTINCT schemaname AS schema FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      ),
    );
    expect(rows).toEqual([{ schema: 'my Market' }]);
  });

  it('keep what their URL sets, as far as nothing relies on another value', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c work_mem=7MB -c datestyle=German');
    expect(await everydayUse(await start({}, url.href))).toEqual([]);
  });

  /** @returns settings of a session at a replica, while the primary heeds the startup packet */
  async function atReplica(url: string): Promise<unknown> {
    const { config, prepare } = new DatabaseUrl(database.url).at(url).setUp({}, { statement_timeout: '4321' });
    const client = new config.Client(config);
    await client.connect();
    try {
      await prepare(client);
      const names = ['datestyle', 'jit', 'statement_timeout', 'work_mem'];
      const { rows } = await client.query(
        `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
      );
      return rows[0];
    } finally {
      await client.end();
    }
  }

  it.each(['refuses', 'ignores'] as const)(
    'hold at a replica behind a pooler that %s them at the start',
    async (mode) => {
      await set({ datestyle: 'German', jit: 'on', work_mem: '6MB' });
      const pooler = await startPickyPooler(database.url, mode);
      const ours = { datestyle: 'ISO, YMD', jit: 'off', statement_timeout: '4321ms' };
      try {
        expect(await atReplica(pooler.url)).toEqual({ ...ours, work_mem: '6MB' });
        const url = new URL(database.url);
        url.searchParams.set('options', '-c work_mem=7MB -c datestyle=German');
        expect(await atReplica(url.href)).toEqual({ ...ours, work_mem: '7MB' });
      } finally {
        await pooler.close();
      }
    },
  );

  it.each(['refuses', 'ignores'] as const)('serve through a pooler that %s settings at the start', async (mode) => {
    await set({ datestyle: 'German', default_transaction_isolation: 'serializable', array_nulls: 'off' });
    const pooler = await startPickyPooler(database.url, mode);
    try {
      expect(await everydayUse(await start({}, pooler.url))).toEqual([]);
      expect(pooler.refused()).toBe(mode === 'refuses' ? 1 : 0);
    } finally {
      await apps.pop()?.close();
      await pooler.close();
    }
  });

  describe('for a role of its own', () => {
    let role: string;
    let url: string;
    beforeEach(async () => {
      role = `role_${randomBytes(6).toString('hex')}`;
      await owner(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
      url = Object.assign(new URL(database.url), { username: role, password: 'secret' }).href;
    });
    afterEach(async () => {
      await Promise.all(apps.splice(0).map((app) => app.close()));
      await owner(`DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
    });
    const granted = `
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ROLE_NAME;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ROLE_NAME`;

    it('are refused when the role may not read the tables', async () => {
      expect(await refusal(url)).toMatch(/permission denied for/);
    });

    it('are refused when the role lacks one right, which is named', async () => {
      await owner(granted.replaceAll('ROLE_NAME', role), `REVOKE DELETE ON products FROM ${role}`);
      expect(await refusal(url)).toMatch(`DELETE on products (role "${role}")`);
    });

    it('are refused when the role may not make the tables', async () => {
      const bare = Object.assign(new URL(await empty(`ENCODING 'UTF8'`)), { username: role, password: 'secret' }).href;
      expect(await refusal(bare)).toMatch(/permission denied for schema public/);
    });

    it('are not ready any more when rights are taken away, and ready again with them', async () => {
      await owner(granted.replaceAll('ROLE_NAME', role));
      const app = await start({}, url);
      expect(await everydayUse(app)).toEqual([]);
      const ready = () => app.request<{ parts: { database: unknown } }>('GET', '/health/ready', undefined, {});
      await owner(`REVOKE INSERT ON inventory_events FROM ${role}`);
      const { status, body } = await ready();
      expect(status).toBe(503);
      expect(body.parts.database).toEqual({
        status: 'down',
        detail: expect.stringContaining('INSERT on inventory_events'),
      });
      await owner(granted.replaceAll('ROLE_NAME', role), `REVOKE SELECT ON products FROM ${role}`);
      expect((await ready()).status).toBe(503);
      await owner(granted.replaceAll('ROLE_NAME', role));
      expect((await ready()).status).toBe(200);
    });
  });

  it('make keyed creations on two instances though everything is serializable', async () => {
    await set({ default_transaction_isolation: 'serializable' });
    const redis: TestRedis = await startRedis();
    try {
      const env = { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) };
      const both = [await start(env), await start(env)];
      const { body: vendor } = await both[0]!.request<{ id: string }>('POST', '/api/vendors', { name: 'Both' });
      const statuses = await Promise.all(
        Array.from({ length: 120 }, async (_none, index) => {
          const data = { vendorId: vendor.id, name: `Onion ${index}`, category: 'vegetables', basePrice: index + 1 };
          const headers = { 'idempotency-key': `serializable-${index}` };
          return (await both[index % 2]!.request('POST', '/api/products', data, headers)).status;
        }),
      );
      expect(statuses.filter((status) => status !== 201)).toEqual([]);
    } finally {
      await Promise.all(apps.splice(0).map((app) => app.close()));
      await redis.stop();
    }
  });
});
