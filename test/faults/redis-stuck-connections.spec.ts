import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NOTIFICATION } from '../../src/contracts/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { CHANNEL } from '../support/redis-network.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { cacheInUse, search } from '../support/search-apps.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const PATH = '/api/products/search?category=vegetables';
/** Milliseconds: about three silent seconds, or the pauses between reconnections, on a slow machine. */
const BOUND = { timeoutMs: 25_000, everyMs: 50 };
/** What replicas are sent at first. */
const SNAPSHOT = `mandi-test-${randomBytes(6).toString('hex')}.rdb`;
const REDIS = { args: ['--dir', tmpdir(), '--dbfilename', SNAPSHOT, '--repl-diskless-sync-delay', '0'] };

/** `current` is left as a replica of `next`, with its connections open. */
async function failOver(current: TestRedis, next: TestRedis): Promise<void> {
  const [old, replica] = [current, next].map(({ host, port }) => new Redis(port, host)) as [Redis, Redis];
  try {
    await replica.replicaof(current.host, current.port);
    // The replica's end of the link is up a moment before the master counts on it.
    await waitFor(async () => (await old.info('replication')).includes(`port=${next.port},state=online`), {
      what: 'the link',
    });
    await old.failover('TO', next.host, next.port);
    await waitFor(async () => (await old.info('replication')).includes('role:slave'), { what: 'the failover' });
  } finally {
    for (const connection of [old, replica]) connection.disconnect();
  }
}

type Trouble = (current: TestRedis, next: TestRedis, proxy: TcpProxy) => Promise<void>;

/** Every one leaves the connections open; only new ones lead to a Redis that works. */
const TROUBLES: Record<string, Trouble> = {
  async 'a failover has made their server a replica'(current, next, proxy) {
    await failOver(current, next);
    proxy.redirect(next.port);
  },
  async 'their server has frozen'(current, next, proxy) {
    await current.pause();
    proxy.redirect(next.port);
  },
  'a proxy lets nothing through any more'(_current, next, proxy) {
    proxy.redirect(next.port);
    proxy.silence();
    return Promise.resolve();
  },
  async 'a proxy has moved them to another server'(_current, next, proxy) {
    await proxy.switchTo(next.port);
  },
};

describe('connections to Redis that stay open', () => {
  let current: TestRedis;
  let next: TestRedis | undefined;
  let proxy: TcpProxy;
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let apps: TestApp[];

  beforeAll(async () => {
    current = await startRedis(REDIS);
    proxy = await startTcpProxy(current.port);
    database = await testDatabase();
    const env = { REDIS_HOST: proxy.host, REDIS_PORT: String(proxy.port), INVENTORY_CHANNEL: CHANNEL };
    apps = [await startApp({ database, env }), await startApp({ database, env })];
    for (const app of apps) await cacheInUse(app);
    await createProduct(apps[0]!);
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await proxy.close();
    await Promise.all([current.stop(), next?.stop()]);
    await rm(join(tmpdir(), SNAPSHOT), { force: true });
    await database.drop();
  });

  const healthy = async (app: TestApp): Promise<boolean> => {
    const { status, body } = await app.request<{ parts: Record<string, { status: string }> }>('GET', '/health/ready');
    return status === 200 && body.parts.cache!.status === 'up' && body.parts.bus!.status === 'up';
  };
  it.each(Object.entries(TROUBLES))(
    'are made anew when %s',
    async (_name, trouble) => {
      const working = (next = await startRedis(REDIS));
      for (const app of apps) {
        await waitFor(() => healthy(app), { ...BOUND, what: 'a good start' });
        await waitFor(async () => (await search(app, PATH)).result === 'HIT', { what: 'the cache' });
      }

      const admin = new Redis(working.port, working.host);
      await trouble(current, working, proxy);

      await waitFor(async () => Number((await admin.pubsub('NUMSUB', CHANNEL))[1]) === apps.length, {
        ...BOUND,
        what: 'the subscriptions at the new server',
      });
      for (const app of apps) {
        await waitFor(async () => (await search(app, PATH)).result === 'HIT', { ...BOUND, what: 'the cache in use' });
        await waitFor(() => healthy(app), { ...BOUND, what: 'both parts to be up' });
      }
      // An event of the one instance reaches the sockets of the other.
      const socket = await apps[1]!.connect();
      await socket.emitWithAck('subscribe_inventory', { type: 'general' });
      const event = new Promise((resolve) => socket.once(NOTIFICATION, resolve));
      await createProduct(apps[0]!);
      await event;
      socket.disconnect();
      admin.disconnect();
      await current.stop();
      [current, next] = [working, undefined];
    },
    90_000,
  );

  it('show in /health while Redis is frozen, and not once it goes on', async () => {
    await current.pause();
    await waitFor(
      async () => {
        const { status, body } = await apps[0]!.request<{ status: string; parts: Record<string, { status: string }> }>(
          'GET',
          '/health',
        );
        expect(status).toBe(200);
        return body.status === 'degraded' && body.parts.cache!.status === 'degraded' && body.parts.bus!.status !== 'up';
      },
      { ...BOUND, what: 'both parts to be degraded' },
    );
    await current.resume();
    for (const app of apps) await waitFor(() => healthy(app), { ...BOUND, what: 'both parts to be up' });
  }, 60_000);
});
