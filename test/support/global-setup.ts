import Module from 'node:module';
import { type TestPostgres } from './postgres-server.js';

declare global {
  // jest runs set-up and teardown in one process; a global is its documented way to hand something over.
  var testPostgres: TestPostgres | undefined;
}

/** For a stock server, which otherwise keeps its defaults. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };

/**
 * One PostgreSQL and one way to run Redis for the whole test run; the workers inherit their addresses.
 * `TEST_POSTGRES=stock` takes the machine's PostgreSQL in place of the embedded one.
 */
export default async function globalSetup(): Promise<void> {
  const restore = resolveJsToTs();
  try {
    const [{ startTestPostgres }, { startStockPostgres }, { findRedis }, { isInstalled }] = await Promise.all([
      import('./postgres-server.js'),
      import('./stock-postgres.js'),
      import('./redis-server.js'),
      import('./system-packages.js'),
    ]);
    process.env.TEST_REDIS_COMMAND = await findRedis();
    // Which tests of the console then ask for; all others do without.
    await isInstalled('chromium', ['--version']);
    const isStock = process.env.TEST_POSTGRES === 'stock';
    globalThis.testPostgres = await (isStock ? startStockPostgres(NOT_DURABLE) : startTestPostgres());
    const { url, untouched } = globalThis.testPostgres;
    process.env.TEST_POSTGRES_URL = url;
    if (untouched !== undefined) process.env.TEST_CLUSTER = untouched;
  } finally {
    restore();
  }
}

type Resolve = (request: string, ...rest: unknown[]) => string;

/**
 * jest transpiles this file and all it imports to CommonJS and applies no moduleNameMapper to it, so './x.js' has to be
 * led to './x.ts' here. `module.registerHooks` would be the public way, from Node.js 22.15 on.
 */
function resolveJsToTs(): () => void {
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const original = loader._resolveFilename;
  loader._resolveFilename = function (request, ...rest) {
    try {
      return original.call(this, request, ...rest);
    } catch (error) {
      if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
      return original.call(this, request.replace(/\.js$/, '.ts'), ...rest);
    }
  };
  return () => {
    loader._resolveFilename = original;
  };
}
