import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { TcpProxy } from '../support/cluster/tcp-proxy.js';
import { waitFor } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { cached, cacheInUse, type SearchApps, search, startPair } from '../support/search-apps.js';
import type { TestDatabase } from '../support/test-database.js';

const PATH = '/api/products/search?category=vegetables';
const WRITES = 8;

/** G1 for the changes of a writer that can't reach Redis, while another instance, the leader, can. */
describe('an instance that is cut off from the cache', () => {
  let apps: SearchApps;
  let link: TcpProxy;
  let product: Product;
  let price = 1;

  beforeAll(async () => {
    apps = await startPair({
      ofOther: async ({ port }) => {
        link = await TcpProxy.open(() => port);
        return { REDIS_PORT: String(link.port) };
      },
    });
    product = await createProduct(apps.first, { basePrice: price });
  }, 60_000);
  afterEach(async () => {
    await link.restore();
    await cacheInUse(apps.other);
  });
  afterAll(async () => {
    await apps.close();
    await link.close();
  });

  it.each(['refused', 'not answered'])(
    'and is %s acknowledges what the leader has put out of date',
    async (how) => {
      if (how === 'refused') await link.refuse();
      else link.stall();
      const wrong: string[] = [];
      for (let write = 0; write < WRITES; write += 1) {
        price += 1;
        await cached(apps.first, PATH);
        const began = performance.now();
        const path = `/api/products/${product.id}`;
        const { status } = await apps.other.request('PATCH', path, { basePrice: price });
        expect(status).toBe(200);
        expect(performance.now() - began).toBeLessThan(3_000);
        const { result, page } = await search<FoundProduct>(apps.first, PATH);
        if (page.items[0]!.basePrice !== price) wrong.push(`${result} ${page.items[0]!.basePrice}, not ${price}`);
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('acknowledges at once when it is back', async () => {
    await waitFor(
      async () => {
        price += 1;
        const began = performance.now();
        await apps.other.request('PATCH', `/api/products/${product.id}`, { basePrice: price });
        return performance.now() - began < 100;
      },
      { what: 'a quick acknowledgement' },
    );
  });
});

/** Milliseconds: more than a leader who can't be heard is given, and less than a cache may take. */
const LATE = 150;
/** Milliseconds for which a leader that tries for half a second has no connection. */
const LOST = 200;

/** G1 for its changes too: the log shows them before the leader has put out of date what they change. */
describe('an instance that is cut off from the cache alone, under a leader who reaches it late', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let links: TcpProxy[];
  let apps: TestApp[];

  beforeAll(async () => {
    [database, redis] = await Promise.all([testDatabase(), startRedis()]);
    links = await Promise.all([0, 1].map(() => TcpProxy.open(() => redis.port)));
    apps = [];
    for (const port of [...links.map((link) => link.port), redis.port]) {
      apps.push(await startApp({ database, env: { REDIS_HOST: redis.host, REDIS_PORT: String(port) } }));
      await cacheInUse(apps.at(-1)!);
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await Promise.all(links.map((link) => link.close()));
    await redis.stop();
    await database.drop();
  });

  it('acknowledges what the leader has put out of date', async () => {
    const [, writer, reader] = apps as [TestApp, TestApp, TestApp];
    const product = await createProduct(writer, { basePrice: 1 });
    links[0]!.delay('search-cache', LATE);
    links[1]!.delay('search-cache', Infinity);
    const wrong: string[] = [];
    for (let price = 2; price < 2 + WRITES; price += 1) {
      await cached(reader, PATH);
      const { status } = await writer.request('PATCH', `/api/products/${product.id}`, { basePrice: price });
      expect(status).toBe(200);
      const { result, page } = await search<FoundProduct>(reader, PATH);
      if (page.items[0]!.basePrice !== price) wrong.push(`${result} ${page.items[0]!.basePrice}, not ${price}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it.each(['leader', 'writer'])(
    'and, for a moment, from its leader, lets "done already" wait for what the %s has changed',
    async (who) => {
      const [leader, cutOff, reader] = apps as [TestApp, TestApp, TestApp];
      const writer = who === 'leader' ? leader : cutOff;
      const product = await createProduct(reader, { basePrice: 1 });
      const path = `/api/products/${product.id}`;
      links[1]!.delay('search-cache', Infinity);
      const wrong: string[] = [];
      for (let price = 2; price < 2 + WRITES; price += 1) {
        links[0]!.delay('search-cache', 0);
        await cacheInUse(leader);
        await cached(reader, PATH);
        links[0]!.delay('search-cache', Infinity);
        const writing = writer.request('PATCH', path, { basePrice: price });
        setTimeout(() => links[0]!.delay('search-cache', 0), LOST);
        const isCommitted = async (): Promise<boolean> =>
          (await reader.request<Product>('GET', path)).body.basePrice === price;
        await waitFor(isCommitted, { everyMs: 5, what: 'the commit' });
        expect((await reader.request('PATCH', path, { basePrice: price })).status).toBe(200);
        const { result, page } = await search<FoundProduct>(reader, PATH);
        const found = page.items.find(({ id }) => id === product.id)!.basePrice;
        if (found !== price) wrong.push(`${result} ${found}, not ${price}`);
        await writing;
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('and whose change another one finds done already, that is so for its answer as well', async () => {
    const [, writer, reader] = apps as [TestApp, TestApp, TestApp];
    const product = await createProduct(writer, { basePrice: 1 });
    const path = `/api/products/${product.id}`;
    links[0]!.delay('search-cache', LATE);
    links[1]!.delay('search-cache', Infinity);
    const wrong: string[] = [];
    for (let price = 2; price < 2 + WRITES; price += 1) {
      await cached(reader, PATH);
      const writing = writer.request('PATCH', path, { basePrice: price });
      const isCommitted = async (): Promise<boolean> =>
        (await reader.request<Product>('GET', path)).body.basePrice === price;
      await waitFor(isCommitted, { what: 'the commit' });
      const { status, body } = await reader.request<Product>('PATCH', path, { basePrice: price });
      expect([status, body.basePrice]).toEqual([200, price]);
      const { result, page } = await search<FoundProduct>(reader, PATH);
      const found = page.items.find(({ id }) => id === product.id)!.basePrice;
      if (found !== price) wrong.push(`${result} ${found}, not ${price}`);
      await writing;
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
