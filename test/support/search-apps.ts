import type { FoundProduct, Page } from '../../src/contracts/index.js';
import { InventoryEventService } from '../../src/events/index.js';
import type { CacheStats } from '../../src/search-cache/http/cache-stats.js';
import { startApp, type TestApp, testDatabase } from './app.js';
import { waitFor } from './processes.js';
import { startRedis, type TestRedis } from './redis-server.js';

/** Instances on one database, with their search caches in use. */
export interface SearchApps {
  apps: readonly TestApp[];
  /** The one that leads the relay, and so vouches for the cache. */
  first: TestApp;
  /** Another instance; the same one where there can be only one. */
  other: TestApp;
  redis: TestRedis | undefined;
  /** A new one where the old one was. */
  restartRedis(): Promise<void>;
  close(): Promise<void>;
}

export interface SearchAppsOptions {
  env?: Record<string, string>;
  redisArgs?: string[];
  /** Environment of the other instance alone. */
  ofOther?: (redis: TestRedis) => Promise<Record<string, string>>;
}

/** One instance whose cache is its own. */
export async function startAlone({ env = {} }: SearchAppsOptions = {}): Promise<SearchApps> {
  const first = await startApp({ env });
  await cacheInUse(first);
  const restartRedis = () => Promise.reject(new Error('there is none'));
  return { apps: [first], first, other: first, redis: undefined, restartRedis, close: () => first.close() };
}

/** Two instances that share one cache in Redis. */
export async function startPair({ env = {}, redisArgs = [], ofOther }: SearchAppsOptions = {}): Promise<SearchApps> {
  const [database, started] = await Promise.all([testDatabase(), startRedis({ args: redisArgs })]);
  let redis = started;
  const ours = { ...env, REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) };
  const first = await startApp({ database, env: ours });
  await cacheInUse(first);
  const other = await startApp({ database, env: { ...ours, ...(await ofOther?.(redis)) } });
  await cacheInUse(other);
  return {
    apps: [first, other],
    first,
    other,
    get redis() {
      return redis;
    },
    async restartRedis() {
      redis = await startRedis({ port: redis.port, args: redisArgs });
    },
    async close() {
      await Promise.all([first.close(), other.close()]);
      await redis.stop();
      await database.drop();
    },
  };
}

export interface Found<Item> {
  result: 'HIT' | 'MISS' | 'BYPASS';
  etag: string;
  page: Page<Item>;
  ids: string[];
}

/** @param query such as `category=spices&limit=5` */
export async function searchProducts(app: TestApp, query: string): Promise<Found<FoundProduct>> {
  return search(app, `/api/products/search?${query}`);
}

export async function search<Item extends { id: string }>(app: TestApp, path: string): Promise<Found<Item>> {
  const { status, headers, body } = await app.request<Page<Item>>('GET', path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return {
    result: headers.get('x-cache') as Found<Item>['result'],
    etag: headers.get('etag')!,
    page: body,
    ids: body.items.map(({ id }) => id),
  };
}

/** Searches until the cache answers. */
export async function cached(app: TestApp, path: string): Promise<void> {
  await waitFor(async () => (await search(app, path)).result === 'HIT', { what: `${path} to be cached` });
}

/** Waits until the relay has invalidated the scopes of all that was committed. */
export async function relayed({ first }: SearchApps): Promise<void> {
  const { body } = await first.request<{ lastPosition: number }>('GET', '/api/events?limit=1');
  const events = first.app.get(InventoryEventService);
  await waitFor(() => events.cursor.position >= body.lastPosition, { what: 'the relay' });
}

export async function cacheStats(app: TestApp): Promise<CacheStats> {
  return (await app.request<CacheStats>('GET', '/api/cache/stats')).body;
}

export async function cacheInUse(app: TestApp): Promise<void> {
  await waitFor(async () => (await cacheStats(app)).lease?.held, { what: 'the lease' });
}
