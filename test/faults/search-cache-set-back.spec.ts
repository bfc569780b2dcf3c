import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundProduct, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { cached, cacheInUse, search } from '../support/search-apps.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const PATH = '/api/products/search?category=vegetables';
/** What the replica is sent at first. */
const SNAPSHOT = `mandi-test-${randomBytes(6).toString('hex')}.rdb`;
/** Milliseconds: G2. */
const BOUND = 10_000;

/** Behind a proxy that fails over, no connection tells that what answers now is an older Redis. */
describe('searches when Redis is set back under live connections', () => {
  let master: TestRedis;
  let replica: TestRedis;
  let proxy: TcpProxy;
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let apps: TestApp[];
  let product: Product;

  beforeAll(async () => {
    [master, replica] = await Promise.all([
      startRedis({ args: ['--repl-diskless-sync-delay', '0'] }),
      startRedis({ args: ['--dir', tmpdir(), '--dbfilename', SNAPSHOT] }),
    ]);
    proxy = await startTcpProxy(master.port);
    database = await testDatabase();
    const env = { REDIS_HOST: proxy.host, REDIS_PORT: String(proxy.port) };
    apps = [await startApp({ database, env })];
    await cacheInUse(apps[0]!);
    apps.push(await startApp({ database, env }));
    product = await createProduct(apps[0]!, { basePrice: 1 });
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await proxy.close();
    await Promise.all([master.stop(), replica.stop()]);
    await rm(join(tmpdir(), SNAPSHOT), { force: true });
    await database.drop();
  });

  const detachReplica = async (): Promise<void> => {
    const [admin, other] = [master, replica].map(({ host, port }) => new Redis(port, host)) as [Redis, Redis];
    await other.replicaof(master.host, master.port);
    await waitFor(async () => (await other.info('replication')).includes('master_link_status:up'), {
      what: 'the link',
    });
    // The page and its tokens are there, and the lease is fresh.
    for (const app of apps) await cached(app, PATH);
    await waitFor(async () => (await admin.wait(1, 100)) === 1, { what: 'the replica' });
    await other.replicaof('NO', 'ONE');
    for (const connection of [admin, other]) connection.disconnect();
  };

  it('show what was acknowledged before within ten seconds, on every instance, and go on to do so', async () => {
    await detachReplica();
    const { status } = await apps[0]!.request('PATCH', `/api/products/${product.id}`, { basePrice: 2 });
    expect(status).toBe(200);
    const acknowledged = Date.now();
    await proxy.switchTo(replica.port);

    const staleAfter: number[] = [];
    const used = async (app: TestApp): Promise<boolean> => {
      const asked = Date.now();
      const { result, page } = await search<FoundProduct>(app, PATH);
      const current = page.items[0]!.basePrice === 2;
      if (!current) staleAfter.push(asked - acknowledged);
      return current && result === 'HIT';
    };
    await Promise.all(
      apps.map((app) => waitFor(() => used(app), { timeoutMs: BOUND, everyMs: 5, what: 'a current page' })),
    );
    // From here on without exception: everything from before is out of date.
    const before = staleAfter.length;
    for (const app of apps) for (let time = 0; time < 20; time += 1) await used(app);
    expect(staleAfter.length).toBe(before);
    expect(Math.max(0, ...staleAfter)).toBeLessThan(BOUND);
  });
});
