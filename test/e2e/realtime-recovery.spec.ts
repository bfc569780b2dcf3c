import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryEvent, LogCursor, SubscriptionConfirmed } from '../../src/contracts/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { contiguous, ofProducts, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { categoryRoom, changePrice, cursorOf, logAfter, subscribe, vendorRoom } from '../support/recovery.js';
import { caughtUp, delivered, GENERAL, listen, realtimeStats } from '../support/rooms.js';

let price = 1;

/** Creates or reprices `count` products of a vendor at once. */
async function upsert(app: TestApp, vendorId: string, count: number, fields: object = {}): Promise<void> {
  price += 1;
  const items = Array.from({ length: count }, (_, index) => ({
    sku: `sku-${index}`,
    name: 'Lot',
    category: 'lots',
    basePrice: price,
    ...fields,
  }));
  expect((await app.request('PUT', `/api/vendors/${vendorId}/inventory`, { items })).status).toBe(200);
}

/** G6: a client that comes back misses nothing and sees nothing twice, or gets `recovered: false`. */
describe('a client that comes back', () => {
  let app: TestApp;
  let vendors: string[];
  /** One of each vendor, in two categories. */
  let products: string[];

  beforeAll(async () => {
    app = await startApp();
    vendors = (await Promise.all([0, 1, 2].map(() => createVendor(app)))).map(({ id }) => id);
    products = [];
    for (const [index, vendorId] of vendors.entries()) {
      products.push((await createProduct(app, { vendorId, category: index === 0 ? 'spices' : 'grains' })).id);
    }
  });
  afterAll(() => app.close());

  const changes = async (count: number): Promise<void> => {
    for (let time = 0; time < count; time += 1) await changePrice(app, products[time % products.length]!);
  };
  /** Changes that go on until told otherwise. */
  const keepChanging = (): (() => Promise<void>) => {
    let writing = true;
    const writer = (async () => {
      while (writing) await changes(3);
    })();
    return () => {
      writing = false;
      return writer;
    };
  };

  it('is sent what it missed, then what comes, without a hole and in order', async () => {
    const since = await cursorOf(app);
    await changes(10);
    const stop = keepChanging();
    const back = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const listener = await listen(app);
        const [confirmed] = await subscribe(listener, [GENERAL], since);
        return { ...listener, confirmed: confirmed! };
      }),
    );
    await waitFor(() => back.every(({ seen, confirmed }) => seen.at(-1)!.position > confirmed.position + 3), {
      what: 'what comes',
    });
    await stop();
    const log = await logAfter(app, since);
    for (const listener of back) {
      await caughtUp(app, listener);
      expect(listener.seen).toEqual(log);
      const { confirmed } = listener;
      expect(confirmed).toMatchObject({ recovered: true, replayed: confirmed.position - since.position });
      expect(confirmed.reason).toBeUndefined();
    }
  });

  it('gets what it missed, then the confirmation, then what comes', async () => {
    const since = await cursorOf(app);
    await changes(5);
    const stop = keepChanging();
    for (let time = 0; time < 20; time += 1) {
      const { socket, seen } = await listen(app);
      const confirmed = new Promise<{ position: number; before: number[] }>((resolve) =>
        socket.once('inventory_subscription_confirmed', ({ position }: SubscriptionConfirmed) =>
          resolve({ position, before: positionsOf(seen) }),
        ),
      );
      socket.emit('subscribe_inventory', { ...GENERAL, since });
      const { position, before } = await confirmed;
      expect(before).toEqual(contiguous(since.position, position));
      socket.disconnect();
    }
    await stop();
  });

  it('to several rooms in one breath gets every event once, merged in order', async () => {
    const since = await cursorOf(app);
    await changes(12);
    const stop = keepChanging();
    const all = await listen(app);
    const rooms = [categoryRoom('grains'), vendorRoom(vendors[0]!), vendorRoom(vendors[1]!), GENERAL];
    const confirmed = await subscribe(all, rooms, since);
    const some = await listen(app);
    await subscribe(some, [categoryRoom('spices'), vendorRoom(vendors[0]!), vendorRoom(vendors[1]!)], since);
    await stop();
    const log = await logAfter(app, since);
    for (const listener of [all, some]) await caughtUp(app, listener);
    expect(all.seen).toEqual(log);
    expect(some.seen).toEqual(log.filter(({ vendorId }) => vendorId !== vendors[2]));
    // Of one breath, one position.
    expect(new Set(confirmed.map(({ position }) => position)).size).toBe(1);
    const missed = log.filter(({ position }) => position <= confirmed[0]!.position);
    expect(confirmed.map(({ replayed }) => replayed)).toEqual([
      missed.filter(({ category }) => category === 'grains').length,
      missed.filter(({ vendorId }) => vendorId === vendors[0]).length,
      missed.filter(({ vendorId }) => vendorId === vendors[1]).length,
      missed.length,
    ]);
  });

  it('to several rooms one after another gets every event once', async () => {
    const since = await cursorOf(app);
    await changes(12);
    const stop = keepChanging();
    const listener = await listen(app);
    for (const room of [vendorRoom(vendors[1]!), categoryRoom('grains'), vendorRoom(vendors[0]!), GENERAL]) {
      expect(await subscribe(listener, [room], since)).toMatchObject([{ recovered: true }]);
    }
    await stop();
    await caughtUp(app, listener);
    const order = (one: InventoryEvent, other: InventoryEvent): number => one.position - other.position;
    expect([...listener.seen].sort(order)).toEqual(await logAfter(app, since));
  });

  it('to a room it is in already gets only what lies before its joining', async () => {
    const since = await cursorOf(app);
    await changes(4);
    await delivered(app);
    const listener = await listen(app, GENERAL);
    await changes(4);
    await caughtUp(app, listener);
    expect(listener.seen).toHaveLength(4);
    expect(await subscribe(listener, [GENERAL], since)).toMatchObject([{ recovered: true, replayed: 4 }]);
    expect(await subscribe(listener, [GENERAL, GENERAL], since)).toMatchObject([{ replayed: 0 }, { replayed: 0 }]);
    await changes(1);
    await caughtUp(app, listener);
    const log = await logAfter(app, since);
    expect(listener.seen).toEqual([...log.slice(4, 8), ...log.slice(0, 4), ...log.slice(8)]);
  });

  it('with different positions for its rooms gets of each what it lacks', async () => {
    const early = await cursorOf(app);
    await changes(6);
    const late = await cursorOf(app);
    await changes(6);
    const listener = await listen(app);
    await Promise.all([
      subscribe(listener, [vendorRoom(vendors[0]!)], early),
      subscribe(listener, [vendorRoom(vendors[1]!)], late),
    ]);
    const log = await logAfter(app, early);
    expect(listener.seen).toEqual(
      log.filter(
        ({ vendorId, position }) => vendorId === vendors[0] || (vendorId === vendors[1] && position > late.position),
      ),
    );
  });

  it('after leaving a room gets of it only what it asks for', async () => {
    const listener = await listen(app, GENERAL);
    await listener.socket.emitWithAck('unsubscribe_inventory', GENERAL);
    const since = await cursorOf(app);
    await changes(3);
    await subscribe(listener, [GENERAL], since);
    await changes(3);
    await caughtUp(app, listener);
    expect(listener.seen).toEqual(await logAfter(app, since));
  });

  it('with a position that has never been is told so, and its other rooms are served', async () => {
    const since = await cursorOf(app);
    await changes(3);
    const listener = await listen(app);
    const [lost, found] = await Promise.all([
      subscribe(listener, [vendorRoom('nobody')], { ...since, position: since.position + 1_000_000 }),
      subscribe(listener, [GENERAL], since),
    ]);
    expect(lost).toMatchObject([{ recovered: false, reason: 'too_old', replayed: 0 }]);
    expect(found).toMatchObject([{ recovered: true, replayed: 3 }]);
  });

  it('with a page’s position loses nothing between reading and subscribing', async () => {
    const stop = keepChanging();
    let other = 0;
    const churn = (async () => {
      // Products that come, move and go beside those that change.
      for (other = 0; other < 30; other += 1) {
        const { id } = await createProduct(app, { vendorId: vendors[0]!, category: 'spices' });
        if (other % 3 === 0) await app.request('PATCH', `/api/products/${id}`, { category: 'grains' });
        if (other % 3 === 1) await app.request('DELETE', `/api/products/${id}`);
      }
    })();
    type Item = { id: string; version: number; category: string; basePrice: number };
    const page = async () =>
      (await app.request<LogCursor & { items: Item[] }>('GET', '/api/products/search?category=spices&limit=100')).body;
    const followers = [];
    while (other < 30) {
      const { items, epoch, position } = await page();
      const listener = await listen(app);
      const [confirmed] = await subscribe(listener, [categoryRoom('spices')], { epoch, position });
      expect(confirmed).toMatchObject({ recovered: true });
      followers.push({ items, listener });
    }
    await churn;
    await stop();
    const now = await page();
    expect(followers.length).toBeGreaterThan(3);
    const facts = (items: Iterable<Item>) =>
      [...items].map(({ id, version, basePrice }) => [id, version, basePrice]).sort();
    for (const { items, listener } of followers) {
      await caughtUp(app, listener);
      const known = new Map(items.map((item) => [item.id, item]));
      for (const { eventType, product } of ofProducts(listener.seen)) {
        if (eventType === 'product_deleted' || product.category !== 'spices') known.delete(product.id);
        else if (product.version >= (known.get(product.id)?.version ?? 0)) known.set(product.id, product);
      }
      expect(facts(known.values())).toEqual(facts(now.items));
    }
  });
});

/** Each has a bus of its own, so the one that doesn't lead follows the log a little later. */
describe('another instance', () => {
  let leader: TestApp;
  let follower: TestApp;
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let vendorId: string;
  let product: string;
  let start: LogCursor;

  beforeAll(async () => {
    database = await testDatabase();
    leader = await startApp({ database });
    ({ id: vendorId } = await createVendor(leader));
    ({ id: product } = await createProduct(leader, { vendorId }));
    start = await cursorOf(leader);
    // More than one read of the log; 60 of them in a room of their own.
    const own = await createVendor(leader);
    for (let time = 0; time < 3; time += 1) {
      await upsert(leader, vendorId, 700);
      await upsert(leader, own.id, 20, { category: 'few' });
    }
    await delivered(leader);
    follower = await startApp({ database });
  });
  afterAll(async () => {
    await Promise.all([leader.close(), follower.close()]);
    await database.drop();
  });

  it('reads from the log what it has never seen', async () => {
    const listener = await listen(follower);
    expect(await subscribe(listener, [categoryRoom('few')], start)).toMatchObject([{ recovered: true, replayed: 60 }]);
    expect(listener.seen).toEqual(await logAfter(leader, start, '&category=few'));
  });

  it('goes on from the log to what it keeps, without a seam', async () => {
    const since = await cursorOf(leader);
    await waitFor(async () => (await realtimeStats(follower)).cursor.position === since.position, { what: 'the end' });
    const before = { ...since, position: since.position - 50 };
    for (let time = 0; time < 20; time += 1) await changePrice(leader, product);
    await delivered(follower);
    const listener = await listen(follower);
    expect(await subscribe(listener, [GENERAL], before)).toMatchObject([{ recovered: true, replayed: 70 }]);
    expect(listener.seen).toEqual(await logAfter(leader, before));
  });

  it('waits until it is where a client has been on the first', async () => {
    let waited = 0;
    for (let time = 0; time < 4 || waited === 0; time += 1) {
      const listener = await listen(follower);
      await changePrice(leader, product);
      const since = await cursorOf(leader);
      const { position } = (await realtimeStats(follower)).cursor;
      const [confirmed] = await subscribe(listener, [GENERAL], since);
      expect(confirmed).toMatchObject({ recovered: true, replayed: 0 });
      expect(confirmed!.position).toBeGreaterThanOrEqual(since.position);
      if (position < since.position) waited += 1;
      await changePrice(leader, product);
      await waitFor(() => listener.seen.length > 0, { what: 'what comes' });
      expect(positionsOf(listener.seen)).toEqual([since.position + 1]);
      listener.socket.disconnect();
    }
  });
});
