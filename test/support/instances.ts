import { type EventStats, InventoryEventService } from '../../src/events/index.js';
import { startApp, type TestApp, testDatabase } from './app.js';
import { waitFor } from './processes.js';
import { startRedis, type TestRedis } from './redis-server.js';
import type { TestDatabase } from './test-database.js';

/** Instances on one database and one Redis, all in this process. */
export interface Instances {
  database: TestDatabase;
  redis: TestRedis;
  leader: TestApp;
  /** The one that doesn't lead. */
  follower: TestApp;
  /** One instance more. */
  start(): Promise<TestApp>;
  /** Ends one before the others; `close` then leaves it alone. */
  stop(app: TestApp): Promise<void>;
  killRedis(): Promise<void>;
  /** A new, empty one where the old one was. */
  restartRedis(): Promise<void>;
  close(): Promise<void>;
}

export async function startTwoInstances(): Promise<Instances> {
  const [database, started] = await Promise.all([testDatabase(), startRedis()]);
  let redis = started;
  const env = { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) };
  const running = new Set<TestApp>();
  const start = async (): Promise<TestApp> => {
    const app = await startApp({ database, env });
    running.add(app);
    await waitFor(async () => (await eventStats(app)).busConnected, { what: 'the bus' });
    return app;
  };
  const leader = await start();
  await leads(leader);
  const follower = await start();
  return {
    database,
    get redis() {
      return redis;
    },
    leader,
    follower,
    start,
    async stop(app) {
      running.delete(app);
      await app.close();
    },
    killRedis: () => redis.kill(),
    async restartRedis() {
      redis = await startRedis({ port: redis.port });
    },
    async close() {
      await Promise.all([...running].map((app) => app.close()));
      await redis.stop();
      await database.drop();
    },
  };
}

export const eventStats = (app: TestApp): Promise<EventStats> => app.app.get(InventoryEventService).getEventStats();

export const leads = (app: TestApp) =>
  waitFor(async () => (await eventStats(app)).leader, { timeoutMs: 5_000, what: 'the instance to lead' });
