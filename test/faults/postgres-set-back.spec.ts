import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { InventoryEvent, LogCursor, Product, SubscriptionConfirmed } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { follow, type Follower, quickClient } from '../support/clients.js';
import { eventStats } from '../support/instances.js';
import { waitFor } from '../support/processes.js';
import { changePrice, subscribe } from '../support/recovery.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { type RestorablePostgres, startRestorablePostgres } from '../support/restorable-postgres.js';
import { GENERAL, listen, type Listener } from '../support/rooms.js';

Logger.overrideLogger(false);

const LONG = { timeoutMs: 30_000 };
const LOST = 50;

/** G5 and G6 when PostgreSQL forgets what it has acknowledged. */
describe('a PostgreSQL that is set back under two instances', () => {
  let postgres: RestorablePostgres;
  let redis: TestRedis;
  let apps: TestApp[];
  let listeners: Listener[];
  let told: SubscriptionConfirmed[][];
  let follower: Follower;
  let client: ReturnType<typeof quickClient> | undefined;
  let product: Product;

  const start = (): Promise<TestApp> =>
    startApp({
      database: { url: postgres.url, drop: () => Promise.resolve() },
      env: { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) },
    });
  const everywhere = async (isSo: (app: TestApp) => Promise<boolean>, what: string): Promise<void> => {
    for (const app of apps) await waitFor(() => isSo(app).catch(() => false), { ...LONG, what });
  };
  const settled = (): Promise<void> =>
    everywhere(async (app) => {
      const stats = await eventStats(app);
      return stats.backlog === 0 && stats.deliveredPosition === stats.lastPosition && stats.lastPosition > 0;
    }, 'every instance to have delivered the log');
  const change = (app: TestApp, id = product.id): Promise<boolean> =>
    waitFor(
      () =>
        changePrice(app, id).then(
          () => true,
          () => false,
        ),
      { ...LONG, what: 'a change to be acknowledged' },
    );
  const cursor = async (): Promise<LogCursor> => {
    const { epoch, lastPosition } = await eventStats(apps[0]!);
    return { epoch, position: lastPosition };
  };
  const priceFound = async (app: TestApp): Promise<number | undefined> => {
    const { body } = await app.request<{ items: Product[] }>(
      'GET',
      `/api/products/search?vendorId=${product.vendorId}`,
    );
    return body.items[0]?.basePrice;
  };

  beforeEach(async () => {
    [postgres, redis] = await Promise.all([startRestorablePostgres(), startRedis()]);
    apps = [await start(), await start()];
    product = await createProduct(apps[0]!);
    await settled();
    listeners = [await listen(apps[0]!, GENERAL), await listen(apps[1]!, GENERAL)];
    told = listeners.map(({ socket }) => {
      const all: SubscriptionConfirmed[] = [];
      socket.on('inventory_subscription_confirmed', (one: SubscriptionConfirmed) => all.push(one));
      return all;
    });
    client = quickClient(apps[1]!.url);
    follower = follow(client, { type: 'general' });
    await waitFor(() => follower.statuses.at(-1) === 'live', { what: 'the client’s subscription' });
  }, 60_000);
  afterEach(async () => {
    client?.close();
    await Promise.all(apps.map((app) => app.close()));
    await Promise.all([postgres.stop(), redis.stop()]);
  }, 60_000);

  it.each([
    ['by a copy of its data', false],
    ['by a promotion that lacks the last commits', true],
  ])(
    'begins a new epoch, tells every client, and delivers what is acknowledged next (%s)',
    async (_, promoted) => {
      await change(apps[0]!);
      await settled();
      await postgres.save();
      for (let time = 0; time < LOST; time += 1) await change(apps[time % 2]!);
      await settled();
      const before = await cursor();
      await Promise.all(apps.map(priceFound));
      for (const { seen } of listeners) seen.length = 0;

      await postgres.restore({ promoted });
      for (let time = 0; time < LOST + 5; time += 1) await change(apps[time % 2]!);

      await everywhere(async (app) => (await eventStats(app)).epoch !== before.epoch, 'a new epoch');
      await settled();
      const after = await cursor();
      expect(new Set(await Promise.all(apps.map(async (app) => (await eventStats(app)).epoch)))).toEqual(
        new Set([after.epoch]),
      );
      const { body } = await apps[0]!.request<{ events: InventoryEvent[] }>('GET', '/api/events?limit=1000');
      const acknowledged = body.events.slice(-(LOST + 5)).map(({ eventId }) => eventId);
      for (const [index, { seen }] of listeners.entries()) {
        const ofNow = (): string[] => seen.filter(({ epoch }) => epoch === after.epoch).map(({ eventId }) => eventId);
        await waitFor(() => ofNow().length >= acknowledged.length, { ...LONG, what: 'the events after it' });
        expect(ofNow()).toEqual(acknowledged);
        expect(told[index]!.filter(({ reason }) => reason === 'epoch_changed')).toMatchObject([
          { epoch: after.epoch, recovered: false, room: 'inventory:general' },
        ]);
      }
      await waitFor(() => follower.seen.at(-1)?.eventId === acknowledged.at(-1), { ...LONG, what: 'the client' });
      expect(follower.gaps.map(({ reason }) => reason)).toContain('epoch_changed');
      for (const app of apps) {
        const { body: now } = await app.request<Product>('GET', `/api/products/${product.id}`);
        expect(await priceFound(app)).toBe(now.basePrice);
        expect((await app.request('GET', '/health')).body).toMatchObject({
          status: 'degraded',
          parts: { log: { status: 'degraded' } },
        });
        expect((await app.request('GET', `/api/events?epoch=${before.epoch}&after=${before.position}`)).status).toBe(
          410,
        );
        const returning = { socket: await app.connect(), seen: [] };
        expect(await subscribe(returning, [GENERAL], before)).toMatchObject([
          { recovered: false, reason: 'epoch_changed', epoch: after.epoch },
        ]);
      }
    },
    180_000,
  );

  it('keeps its epoch over a promotion that lacks nothing', async () => {
    await change(apps[0]!);
    await settled();
    const before = await cursor();
    await postgres.promote();
    await change(apps[0]!);
    await change(apps[1]!);
    await settled();
    expect(await cursor()).toEqual({ epoch: before.epoch, position: before.position + 2 });
    expect(follower.gaps).toEqual([]);
    expect((await apps[0]!.request('GET', '/health')).body).toMatchObject({ status: 'ok' });
  }, 180_000);
});
