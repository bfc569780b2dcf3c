import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../support/processes.js';
import { BUNDLE, ensureBuilt, START_TIMEOUT } from '../support/product-process.js';
import { JWT_SECRET } from '../support/tokens.js';
import { withClient } from '../support/with-client.js';

interface Case {
  what: string;
  env?: Record<string, string>;
  cwd?: string;
  /** What the line says. */
  says: RegExp;
}

interface Ended {
  what: string;
  code: number | NodeJS.Signals;
  lines: string[];
  /** Seconds. */
  took: number;
}

const PREFIX = /^mandi-inventory-sync: /;
const AT_ONCE = 3;
const CASES = 34;
/** Seconds in which the process has said why it doesn't start, from when it is loaded on. */
const WITHIN = 9;

/** The product as `npm start` starts it, wrongly set up: beside these, `app-config.spec.ts` has every setting. */
describe('a bad configuration', () => {
  const suffix = randomBytes(6).toString('hex');
  const admin = new URL(process.env.TEST_POSTGRES_URL!);
  const made: string[] = [];
  const servers: Server[] = [];
  let folder: string;
  let cases: Case[];
  /** Connections that nothing answers. */
  let silences = 0;

  const listening = async (server: Server): Promise<number> => {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const database = (path: string, change: (url: URL) => void = () => undefined): Record<string, string> => {
    const url = new URL(admin);
    url.pathname = `/${path}`;
    change(url);
    return { DATABASE_URL: url.href };
  };
  const at = (port: number): Record<string, string> => ({ DATABASE_URL: `postgres://a:b@127.0.0.1:${port}/market` });

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'mandi-bad-'));
    const role = `poor_${suffix}`;
    const named = (kind: string): string => {
      const name = `${kind}_${suffix}`;
      made.push(name);
      return name;
    };
    const [ascii, readOnly, closed, taken] = [named('ascii'), named('ro'), named('closed'), named('taken')];
    await withClient(admin.href, async (client) => {
      await client.query(
        `CREATE DATABASE ${ascii} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
      );
      for (const name of [readOnly, taken]) await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
      await client.query(`ALTER DATABASE ${readOnly} SET default_transaction_read_only = on`);
      await client.query(`CREATE DATABASE ${closed} TEMPLATE template0 ALLOW_CONNECTIONS false`);
      await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right'`);
    });
    await withClient(database(taken).DATABASE_URL!, (client) => client.query('CREATE TABLE products (mine int)'));
    const file = join(folder, 'file');
    await writeFile(file, 'no certificate');
    await mkdir(join(folder, 'other/postgres/photos'), { recursive: true });
    const withEnv = async (name: string, text: string): Promise<string> => {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, '.env'), text);
      return join(folder, name);
    };
    const silent = await listening(
      createServer((socket) => {
        silences += 1;
        socket.on('error', () => undefined);
      }),
    );
    const web = await listening(createHttpServer((_asked, answer) => void answer.end('hello')));
    const unused = await listening(createServer());
    const asPoor = database(taken, (url) => ([url.username, url.password] = [role, 'right']));
    cases = [
      { what: 'PORT no number', env: { PORT: 'eighty' }, says: /PORT must be an integer/ },
      { what: 'PORT in use', env: { PORT: String(unused) }, says: /PORT \d+ of 127\.0\.0\.1 is in use/ },
      { what: 'HOST of others', env: { HOST: '192.0.2.1', JWT_SECRET }, says: /HOST 192\.0\.2\.1 is no address/ },
      { what: 'HOST without keys', env: { HOST: '0.0.0.0' }, says: /JWT_SECRET or JWKS_URL must be set/ },
      { what: 'number below 0', env: { RATE_LIMIT: '-5' }, says: /RATE_LIMIT must be an integer from 0/ },
      { what: 'no choice', env: { LOG_LEVEL: 'loud' }, says: /LOG_LEVEL must be one of/ },
      { what: 'JWT_SECRET short', env: { JWT_SECRET: 'short' }, says: /JWT_SECRET must have at least 16 bytes/ },
      { what: 'file missing', env: { JWT_SECRET_FILE: '/no/such' }, says: /JWT_SECRET_FILE can't be read/ },
      { what: 'name and file', env: { JWT_SECRET, JWT_SECRET_FILE: file }, says: /exclude each other/ },
      { what: '.env with a bad value', cwd: await withEnv('bad', 'PORT=eighty\n'), says: /PORT must be an integer/ },
      {
        what: '.env broken',
        cwd: await withEnv('broken', '# ours\nPORT 8080\n'),
        says: /Line 2 of .*\.env is neither/,
      },
      { what: 'origin without a scheme', env: { CORS_ORIGINS: 'shop.example' }, says: /CORS_ORIGINS must be/ },
      { what: 'proxy by name', env: { TRUST_PROXY: 'my-proxy' }, says: /TRUST_PROXY must be/ },
      { what: 'Redis by HTTP', env: { REDIS_URL: 'http://127.0.0.1' }, says: /REDIS_URL must be a URL/ },
      { what: 'no certificate', env: { REDIS_HOST: 'x', REDIS_TLS_CA: file }, says: /REDIS_TLS_CA has no certificate/ },
      { what: 'OTLP', env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, says: /OTLP_ENDPOINT must be a URL/ },
      { what: 'DATA_DIR below a file', env: { DATA_DIR: '/dev/null/data' }, says: /DATA_DIR \/dev\/null\/data can/ },
      { what: 'DATA_DIR a file', env: { DATA_DIR: file }, says: /DATA_DIR .*file cannot be used/ },
      { what: 'DATA_DIR not to be written', env: { DATA_DIR: '/proc/data' }, says: /DATA_DIR \/proc\/data cannot/ },
      { what: 'another scheme', env: { DATABASE_URL: 'mysql://127.0.0.1/x' }, says: /DATABASE_URL must be a URL/ },
      { what: 'nothing listens', env: at(1), says: /DATABASE_URL is out of reach: .*ECONNREFUSED/ },
      {
        what: 'no such host',
        env: { DATABASE_URL: 'postgres://nowhere.invalid/x' },
        // A resolver may take longer than a connection may.
        says: /out of reach: (?:getaddrinfo|timeout)/,
      },
      { what: 'nothing answers', env: at(silent), says: /out of reach: timeout/ },
      { what: 'no PostgreSQL', env: at(web), says: /out of reach: / },
      {
        what: 'wrong password',
        env: database('postgres', (url) => (url.password = 'x')),
        says: /password authenticat/,
      },
      { what: 'no password', env: database('postgres', (url) => (url.password = '')), says: /asks for a password/ },
      { what: 'no such database', env: database(`nowhere_${suffix}`), says: /"nowhere_\w+" does not exist/ },
      { what: 'closed database', env: database(closed), says: /not currently accepting connections/ },
      { what: 'SQL_ASCII', env: database(ascii), says: /is SQL_ASCII.* must be UTF8/ },
      { what: 'read-only', env: database(readOnly), says: /is read-only/ },
      { what: 'no right to make tables', env: asPoor, says: /permission denied for schema public/ },
      { what: 'tables of others', env: database(taken), says: /relation "products" already exists/ },
      { what: 'TLS without', env: database(taken, (url) => (url.search = 'sslmode=require')), says: /support SSL/ },
      {
        what: 'replica of the embedded',
        env: { DATABASE_REPLICA_URLS: 'postgres://127.0.0.1/x' },
        says: /DATABASE_REPLICA_URLS needs DATABASE_URL/,
      },
    ];
  }, START_TIMEOUT);
  afterAll(async () => {
    for (const server of servers) server.close();
    await withClient(admin.href, async (client) => {
      for (const name of made) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.query(`DROP ROLE IF EXISTS poor_${suffix}`);
    });
    await rm(folder, { recursive: true });
  });

  async function ended({ what, env = {}, cwd }: Case): Promise<Ended> {
    const { PATH } = process.env;
    const own = { DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error', ...(!cwd && { PORT: '0' }) };
    const secret = 'DATABASE_URL' in env ? { JWT_SECRET } : {};
    const began = performance.now();
    const bundle = join(process.cwd(), BUNDLE);
    const child = await startChild(process.execPath, [bundle], {
      env: { ...(PATH && { PATH }), ...own, ...secret, ...env },
      ...(cwd && { cwd }),
    });
    const code = await child.exited;
    const lines = child.output().split('\n');
    return { what, code, lines: lines.filter((line) => line !== ''), took: (performance.now() - began) / 1_000 };
  }

  it(
    'ends the start with one line that says what is wrong, within ten seconds',
    async () => {
      expect(cases).toHaveLength(CASES);
      const left = [...cases];
      const results: Ended[] = [];
      const one = async (): Promise<void> => {
        for (let next = left.shift(); next; next = left.shift()) results.push(await ended(next));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      const saying = new Map(cases.map(({ what, says }) => [what, says]));
      const wrong = results.filter(({ what, code, lines }) => {
        return code !== 1 || lines.length !== 1 || !PREFIX.test(lines[0]!) || !saying.get(what)!.test(lines[0]!);
      });
      expect(wrong).toEqual([]);
      expect(silences).toBe(2);
      // What a busy machine takes to load the process says nothing of the product.
      const loading = Math.max(...results.filter(({ lines }) => / must /.test(lines[0]!)).map(({ took }) => took));
      expect(results.filter(({ took }) => took - loading > WITHIN)).toEqual([]);
    },
    2 * START_TIMEOUT,
  );
});
