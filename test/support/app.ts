import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AccessClaims } from '../../src/auth/index.js';
import { io, type Socket } from 'socket.io-client';
import { DataSource } from 'typeorm';
import { createApplication } from '../../src/application.js';
import { loadConfig } from '../../src/config/index.js';
import { DatabaseUrl } from '../../src/database/index.js';
import { migrate } from '../../src/database/migrate.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { FAST_PATH } from './fast-path-switch.js';
import { bearer, JWT_SECRET } from './tokens.js';
import { createTestDatabase, prepareTemplate, type TestDatabase } from './test-database.js';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** One running instance and what a client needs to talk to it. */
export interface TestApp {
  url: string;
  app: NestFastifyApplication;
  database: TestDatabase;
  /** Sends JSON (or a string as it is) and reads JSON; as an admin, unless the headers name another `authorization`. */
  request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** An `authorization` header. */
  token(claims: AccessClaims): Promise<string>;
  /** A connected socket in `/inventory`; closed with the app. */
  connect(transports?: string[]): Promise<Socket>;
  close(): Promise<void>;
}

/** A migrated database of one's own; share it between instances with `startApp({ database })`. */
export async function testDatabase(): Promise<TestDatabase> {
  await prepareTemplate(async (url) => {
    const dataSource = await new DataSource({ type: 'postgres', url, migrations: MIGRATIONS }).initialize();
    await migrate(dataSource, new DatabaseUrl(url));
    await dataSource.destroy();
  });
  return createTestDatabase();
}

/** Starts an instance in this process, on a free port unless one is given; `env` as a user would set it. */
export async function startApp(
  options: { database?: TestDatabase; env?: Record<string, string>; port?: number } = {},
): Promise<TestApp> {
  const database = options.database ?? (await testDatabase());
  const ours = {
    ...{ LOG_LEVEL: 'fatal', RATE_LIMIT: '0', JWT_SECRET, DATABASE_URL: database.url, FAST_PATH },
    // Its searches would be counted with those of the tests.
    FRESHNESS_AUDIT_SECONDS: '0',
  };
  const config = loadConfig({ ...ours, ...options.env });
  const app = await createApplication(config, database.url);
  await app.listen({ port: options.port ?? 0, host: '127.0.0.1', backlog: config.listenBacklog });
  const url = await app.getUrl();
  const authorization = await bearer();
  const sockets: Socket[] = [];
  return {
    url,
    app,
    database,
    request: (method, path, body, headers) => request(`${url}${path}`, method, body, { authorization, ...headers }),
    token: bearer,
    async connect(transports = ['websocket']) {
      const socket = io(`${url}/inventory`, { transports, forceNew: true });
      sockets.push(socket);
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
      return socket;
    },
    async close() {
      for (const socket of sockets) socket.disconnect();
      await app.close();
      if (!options.database) await database.drop();
    },
  };
}

async function request<Body>(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && !raw && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as Body };
}
