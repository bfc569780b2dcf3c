import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { InventoryClient, InventoryEvent, Room } from '../../src/client/index.js';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { Sessions } from '../../src/realtime/sessions/sessions.js';
import { SlowClients } from '../../src/realtime/slow-clients/slow-clients.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { breakConnections, follow, quickClient, sameAsLog } from '../support/clients.js';
import { freePort, waitFor } from '../support/processes.js';
import { delivered, realtimeStats } from '../support/rooms.js';

const GENERAL: Room = { type: 'general' };
const SPICES: Room = { type: 'category', category: 'spices' };

let price = 100;
async function changePrice(app: TestApp, { id }: Product): Promise<void> {
  price += 1;
  expect((await app.request('PATCH', `/api/products/${id}`, { basePrice: price })).status).toBe(200);
}
const move = (app: TestApp, { id }: Product, category: string) =>
  app.request('PATCH', `/api/products/${id}`, { category });

describe('the client library', () => {
  let app: TestApp;
  let vendor: Vendor;
  let product: Product;
  let ofVendor: Room;
  const clients: InventoryClient[] = [];

  beforeAll(async () => {
    app = await startApp({ env: { MAX_CONNECTIONS_PER_ADDRESS: '3' } });
    vendor = await createVendor(app);
    product = await createProduct(app, { vendorId: vendor.id, category: 'spices' });
    ofVendor = { type: 'vendor', vendorId: vendor.id };
  });
  afterAll(() => app.close());
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await waitFor(async () => (await realtimeStats(app)).connections === 0, { what: 'the clients to be gone' });
  });

  const connect = (): InventoryClient => {
    const client = quickClient(app.url);
    clients.push(client);
    return client;
  };
  const here = async () => {
    const position = await delivered(app);
    return { epoch: (await realtimeStats(app)).cursor.epoch, position };
  };
  const inGeneral = ({ productId }: InventoryEvent): boolean => productId !== null;
  const inSpices = ({ category, changes }: InventoryEvent): boolean =>
    category === 'spices' || changes.some(({ oldValue }) => oldValue === 'spices');

  it('brings the events of a room, each once, to all of its handlers', async () => {
    const client = connect();
    const { position } = await here();
    const followers = [GENERAL, ofVendor, SPICES, SPICES].map((room) => follow(client, room));
    const plain: InventoryEvent[] = [];
    const { ready } = client.subscribe(SPICES, (event) => void plain.push(event));
    const confirmed = await Promise.all([...followers.map(({ subscription }) => subscription.ready), ready]);
    expect(confirmed.map(({ room }) => room)).toEqual([
      'inventory:general',
      `inventory:vendor:${vendor.id}`,
      ...Array.from({ length: 3 }, () => 'inventory:category:spices'),
    ]);
    expect((await realtimeStats(app)).subscriptions).toEqual({ vendor: 1, category: 1, general: 1, total: 3 });
    await changePrice(app, product);
    await createProduct(app, { category: 'grains' });
    const log = await sameAsLog(app, followers[0]!, position, inGeneral);
    expect(log.map(({ eventType }) => eventType)).toEqual(['price_changed', 'product_created']);
    expect(followers.map(({ seen }) => seen)).toEqual([log, [log[0]], [log[0]], [log[0]]]);
    expect(plain).toEqual([log[0]]);
    expect(followers.map(({ statuses }) => statuses)).toEqual(followers.map(() => ['live']));
  });

  it('leaves a room with its last handler', async () => {
    const client = connect();
    const [first, second, general] = [follow(client, SPICES), follow(client, SPICES), follow(client, GENERAL)];
    await Promise.all([first, second, general].map(({ subscription }) => subscription.ready));
    first.subscription.unsubscribe();
    await changePrice(app, product);
    await waitFor(() => second.seen.length === 1, { what: 'the event' });
    expect((await realtimeStats(app)).subscriptions.category).toBe(1);
    second.subscription.unsubscribe();
    second.subscription.unsubscribe();
    await waitFor(async () => (await realtimeStats(app)).subscriptions.category === 0, { what: 'the end of it' });
    await changePrice(app, product);
    await waitFor(() => general.seen.length === 2, { what: 'the last event' });
    expect([first.seen.length, second.seen.length]).toEqual([0, 1]);
  });

  it('loses and doubles nothing, however often the connection breaks', async () => {
    const client = connect();
    const since = await here();
    const [general, vendorRoom, spices] = [GENERAL, ofVendor, SPICES].map((room) => follow(client, room, { since }));
    const others = await Promise.all([createProduct(app, { category: 'spices' }), createProduct(app)]);
    let breaks = 0;
    for (let change = 0; change < 200; change += 1) {
      if (change % 20 === 10) {
        await waitFor(() => client.connected, { what: 'the connection' });
        breakConnections(app);
        breaks += 1;
      }
      if (change % 7 === 0) await move(app, others[1], change % 14 === 0 ? 'spices' : 'grains');
      else await changePrice(app, [product, ...others][change % 3]!);
    }
    expect(breaks).toBe(10);
    const log = await sameAsLog(app, general!, since.position, inGeneral);
    expect(log.length).toBeGreaterThanOrEqual(200);
    expect(general!.seen).toEqual(log);
    await sameAsLog(app, vendorRoom!, since.position, ({ vendorId }) => vendorId === vendor.id);
    expect(vendorRoom!.seen).toEqual(log.filter(({ vendorId }) => vendorId === vendor.id));
    await sameAsLog(app, spices!, since.position, inSpices);
    expect(spices!.seen).toEqual(log.filter(inSpices));
    for (const { gaps, statuses } of [general!, vendorRoom!, spices!]) {
      expect(gaps).toEqual([]);
      expect(statuses.filter((status) => status === 'waiting').length).toBeGreaterThanOrEqual(9);
    }
  });

  it('gives a handler that comes later with an older position what others have had before', async () => {
    const client = connect();
    const since = await here();
    // The early one begins after this; that the server sends it to the others is nothing to it.
    await changePrice(app, product);
    const early = follow(client, ofVendor);
    await early.subscription.ready;
    const foreign = await createProduct(app, { category: 'spices' });
    for (let change = 0; change < 5; change += 1) {
      await changePrice(app, product);
      await changePrice(app, foreign);
    }
    await waitFor(() => early.seen.length === 5, { what: 'the events' });
    const late = [
      [SPICES, inSpices],
      [ofVendor, ({ vendorId }: InventoryEvent) => vendorId === vendor.id],
      [GENERAL, inGeneral],
    ] as const;
    const followers = late.map(([room]) => follow(client, room, { since }));
    await changePrice(app, product);
    for (const [index, [, concerned]] of late.entries()) {
      const follower = followers[index]!;
      const log = await sameAsLog(app, follower, since.position, concerned);
      expect(follower.seen).toEqual(log);
      expect(follower.gaps).toEqual([]);
    }
    await waitFor(() => early.seen.length === 6, { what: 'the last event' });
    expect(early.seen).toEqual(followers[1]!.seen.slice(1));
  });

  it('says when it was too slow and was sent the newest only', async () => {
    const client = connect();
    const { subscription, seen, gaps } = follow(client, SPICES);
    await subscription.ready;
    const slow = app.app.get<SlowClients, Record<string, (...args: unknown[]) => void>>(SlowClients);
    slow.onModuleDestroy!(); // no look but ours
    for (const session of app.app.get(Sessions)) slow.suspend!(session, 0);
    for (let change = 0; change < 3; change += 1) await changePrice(app, product);
    const position = await delivered(app);
    slow.sweep!();
    await waitFor(() => gaps.length > 0, { what: 'the gap' });
    expect(gaps).toEqual([{ reason: 'conflated', epoch: expect.any(String), position }]);
    expect(seen.map((event) => event.product?.basePrice)).toEqual([price]);
    await changePrice(app, product);
    await waitFor(() => seen.length === 2, { what: 'the next event' });
    slow.onApplicationBootstrap!();
  });

  it('tells what the server refuses, and of handlers that throw', async () => {
    const client = connect();
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    const bad = follow(client, { type: 'category', category: 'Not A Slug' });
    await expect(bad.subscription.ready).rejects.toMatchObject({ code: 'validation_failed', retryable: false });
    expect(errors.splice(0)).toMatchObject([{ code: 'validation_failed' }]);
    client.subscribe(SPICES, () => {
      throw new Error('of the handler');
    });
    const { subscription, seen } = follow(client, SPICES);
    await subscription.ready;
    await changePrice(app, product);
    await waitFor(() => seen.length === 1, { what: 'the event' });
    expect(errors).toMatchObject([{ message: 'of the handler' }]);
  });

  it('asks again when it has asked too much', async () => {
    const client = connect();
    const followers = Array.from({ length: 210 }, () => follow(client, SPICES));
    await Promise.all(followers.map(({ subscription }) => subscription.ready));
    await changePrice(app, product);
    await waitFor(() => followers.every(({ seen }) => seen.length === 1), { what: 'the event everywhere' });
    expect((await realtimeStats(app)).subscriptions.total).toBe(1);
  });

  it('comes in when there is room for it', async () => {
    const three = [connect(), connect(), connect()];
    await waitFor(() => three.every(({ connected }) => connected), { what: 'the first three' });
    const client = connect();
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    const { subscription } = follow(client, GENERAL);
    await waitFor(() => errors.length > 0, { what: 'the refusal' });
    expect(errors[0]).toMatchObject({ code: 'too_many_connections' });
    three[0]!.close();
    expect(await subscription.ready).toMatchObject({ type: 'general' });
  });

  it('ends for good', async () => {
    const client = connect();
    const reasons: string[] = [];
    client.on('disconnected', (reason) => reasons.push(reason));
    const live = follow(client, GENERAL);
    await live.subscription.ready;
    const pending = follow(client, SPICES);
    client.close();
    client.close();
    await expect(pending.subscription.ready).rejects.toMatchObject({ code: 'closed' });
    await expect(follow(client, GENERAL).subscription.ready).rejects.toMatchObject({ code: 'closed' });
    await waitFor(async () => (await realtimeStats(app)).connections === 0, { what: 'the end' });
    await changePrice(app, product);
    await delivered(app);
    expect([live.seen, reasons, client.connected]).toEqual([[], ['io client disconnect'], false]);
  });
});

describe('the client library, when the server starts again', () => {
  it('recovers, or says that it can’t: the log is another, or too much was missed', async () => {
    const [database, port] = [await testDatabase(), await freePort()];
    const start = (at?: number) =>
      startApp({ database, env: { REPLAY_EVENTS: '5' }, ...(at !== undefined && { port: at }) });
    const client = quickClient(`http://127.0.0.1:${port}`);
    // It is there before the server is.
    const { subscription, seen, gaps } = follow(client, GENERAL);
    let app = await start(port);
    await subscription.ready;
    const product = await createProduct(app);
    await waitFor(() => seen.length === 1, { what: 'the creation' });

    /** Stops the server, changes prices through another one, and starts it again. */
    const away = async (changes: number, between = (_away: TestApp): Promise<unknown> => Promise.resolve()) => {
      await app.close();
      const other = await start();
      for (let change = 0; change < changes; change += 1) await changePrice(other, product);
      await between(other);
      await other.close();
      app = await start(port);
    };
    await away(3);
    await waitFor(() => seen.length === 4, { what: 'what was missed' });
    expect(gaps).toEqual([]);

    await away(6);
    await waitFor(() => gaps.length === 1, { what: 'the first gap' });
    expect(gaps[0]).toMatchObject({ reason: 'too_old', position: 11 });

    await away(1, (other) => other.app.get(DataSource).query('UPDATE event_log SET epoch = gen_random_uuid()'));
    await waitFor(() => gaps.length === 2, { what: 'the second gap' });
    expect(gaps[1]).toMatchObject({ reason: 'epoch_changed', position: 12 });
    expect(gaps[1]!.epoch).not.toBe(gaps[0]!.epoch);

    await changePrice(app, product);
    await waitFor(() => seen.length === 5, { what: 'the stream to go on' });
    expect(seen.map(({ position }) => position)).toEqual([2, 3, 4, 5, 13]);
    client.close();
    await app.close();
    await database.drop();
  });
});
