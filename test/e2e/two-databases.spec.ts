import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type pg from 'pg';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { eventStats } from '../support/instances.js';
import { waitFor } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { cached, search } from '../support/search-apps.js';
import type { TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/with-client.js';

const LIMITED = { RATE_LIMIT: '20' };

/** Say, a trial beside the real thing. */
describe('two databases on one Redis', () => {
  let redis: TestRedis;
  let databases: TestDatabase[];
  let apps: TestApp[];
  const path = '/api/products/search?category=vegetables';

  beforeEach(async () => {
    redis = await startRedis();
    databases = [await testDatabase(), await testDatabase()];
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await redis.stop();
    await Promise.all(databases.map((database) => database.drop()));
  });

  const start = (database: TestDatabase, env: Record<string, string> = {}): Promise<TestApp> =>
    startApp({ database, env: { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), ...env } });

  const found = async (app: TestApp): Promise<[string, string[]]> => {
    const { result, page } = await search<Product>(app, path);
    return [result, page.items.map(({ name }) => name)];
  };

  async function keepApart([mine, theirs]: [TestApp, TestApp]): Promise<void> {
    const product = await createProduct(mine, { name: 'Onion' });
    await createProduct(theirs, { name: 'Garlic' });
    for (const app of [mine, theirs]) await cached(app, path);
    expect([await found(mine), await found(theirs)]).toEqual([
      ['HIT', ['Onion']],
      ['HIT', ['Garlic']],
    ]);
    await mine.request('PATCH', `/api/products/${product.id}`, { name: 'Red onion' });
    expect([await found(mine), await found(theirs)]).toEqual([
      ['MISS', ['Red onion']],
      ['HIT', ['Garlic']],
    ]);
    await waitFor(async () => (await eventStats(mine)).deliveredPosition === 3, { what: 'the event' });
    expect(await eventStats(theirs)).toMatchObject({ lastPosition: 2, deliveredPosition: 2, leader: true });
  }

  async function asked<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(redis.port, redis.host);
    return command(client).finally(() => client.disconnect());
  }

  /** Databases of the tests are copies of one; any other has an epoch of its own. */
  const makeNoCopy = (database: TestDatabase) =>
    withClient(database.url, (client: pg.Client) => client.query('UPDATE event_log SET epoch = gen_random_uuid()'));

  async function limitApart([mine, theirs]: [TestApp, TestApp]): Promise<void> {
    const statusOf = async (app: TestApp) => (await app.request('GET', '/api/products/search')).status;
    const limit = Number(LIMITED.RATE_LIMIT);
    // Without a connection each would count by itself.
    await waitFor(
      async () => String(await asked((client) => client.client('LIST'))).split(':rate-limit ').length === 3,
      {
        what: 'both to be connected',
      },
    );
    const statuses = await Promise.all(Array.from({ length: limit + 5 }, () => statusOf(mine)));
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(await statusOf(theirs)).toBe(200);

    // Of whatever kind a key is: one that doesn't name its database is shared.
    const keys = await asked((client) => client.keys('*'));
    const owners = keys.map((key) => /^(?:rate-limit:|\{search:)([0-9a-f]{8})[:}]/.exec(key)?.[1] ?? key);
    expect(new Set(owners).size).toBe(2);
  }

  it('have pages and events of their own', async () => {
    await makeNoCopy(databases[0]!);
    apps = await Promise.all(databases.map((database) => start(database)));
    await keepApart(apps as [TestApp, TestApp]);
  });

  it('have them even if one is a copy of the other, when its instances have a channel of their own', async () => {
    const [original, copy] = databases as [TestDatabase, TestDatabase];
    apps = [await start(original), await start(copy, { INVENTORY_CHANNEL: 'inventory:trial' })];
    await keepApart(apps as [TestApp, TestApp]);
  });

  it('have rate limits of their own', async () => {
    await makeNoCopy(databases[0]!);
    apps = await Promise.all(databases.map((database) => start(database, LIMITED)));
    await limitApart(apps as [TestApp, TestApp]);
  });

  it('have limits of their own even if one is a copy of the other, when its instances have a channel of their own', async () => {
    const [original, copy] = databases as [TestDatabase, TestDatabase];
    apps = [await start(original, LIMITED), await start(copy, { ...LIMITED, INVENTORY_CHANNEL: 'inventory:trial' })];
    await limitApart(apps as [TestApp, TestApp]);
  });
});
