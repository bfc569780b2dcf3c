import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';
import { cached, cacheInUse, search } from '../support/search-apps.js';
import type { TestDatabase } from '../support/test-database.js';

const PATH = '/api/products/search?category=vegetables';
/** More than one in a batch, and batches that wait for each other. */
const WRITERS_OF_EACH = 4;
/**
 * Milliseconds. While leases may hold, half a second for the own batch, as much for the one before it, and the rest for
 * a busy machine: a wait for the leader alone lasts 2 s.
 */
const LONGEST = 1_800;
/** Milliseconds that a change takes at most when nothing is waited for any more; mostly it is some 20. */
const QUICK = 250;
/** Leases hold for 10 s; the rest is for those that have been renewed late. */
const RUN_OUT_AFTER = 13_000;
/** As long as leases and what follows them: that changes are quick again can't be seen earlier. */
const LASTS = 16_000;

interface Write {
  /** Milliseconds since the master began to hang. */
  at: number;
  took: number;
}

const quantile = (writes: readonly Write[], part: number): number =>
  writes.map(({ took }) => took).sort((one, other) => one - other)[Math.floor(part * writes.length)]!;

/** G1 while nothing takes the place of a master that hangs: acknowledgements wait for it, but not for long. */
describe('a Redis Cluster without replicas', () => {
  let redis: RedisCluster;
  let database: TestDatabase;
  let apps: TestApp[];
  let products: Product[];
  let price = 1;

  beforeAll(async () => {
    [database, redis] = await Promise.all([testDatabase(), startRedisCluster([], { copied: false })]);
    apps = [];
    for (let index = 0; index < 2; index += 1) {
      apps.push(await startApp({ database, env: { ...redis.env, REDIS_HOST: '', REDIS_PORT: '' } }));
      await cacheInUse(apps.at(-1)!);
    }
    products = await Promise.all(Array.from({ length: 2 * WRITERS_OF_EACH }, () => createProduct(apps[0]!)));
    for (const app of apps) await cached(app, PATH);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await redis.stop();
    await database.drop();
  });

  it('of which a master hangs lets changes wait while its pages might be served, each for a second at most', async () => {
    const writes: Write[] = [];
    const began = performance.now();
    await redis.nodes[0]!.server.pause();
    await Promise.all(
      products.map(async ({ id }, index) => {
        for (let at = 0; at < LASTS; at = performance.now() - began) {
          price += 1;
          const { status } = await apps[index % 2]!.request('PATCH', `/api/products/${id}`, { basePrice: price });
          expect(status).toBe(200);
          writes.push({ at, took: performance.now() - began - at });
          await sleep(20);
        }
      }),
    );
    await redis.nodes[0]!.server.resume();
    const waiting = writes.filter(({ at }) => at < RUN_OUT_AFTER);
    expect(quantile(waiting, 0.9)).toBeLessThan(LONGEST);
    const later = writes.filter(({ at }) => at > RUN_OUT_AFTER);
    expect(quantile(later, 0.5)).toBeLessThan(QUICK);
    // What came back had pages from before.
    for (const app of apps) {
      const prices = await Promise.all(
        products.map(async ({ id }) => (await app.request<Product>('GET', `/api/products/${id}`)).body.basePrice),
      );
      const { page } = await search<FoundProduct>(app, PATH);
      expect(page.items.map(({ basePrice }) => basePrice).sort()).toEqual(prices.sort());
    }
  }, 60_000);
});
