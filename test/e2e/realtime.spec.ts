import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { ofProducts } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { readLog } from '../support/reading.js';
import { caughtUp, delivered, GENERAL, listen, listenOn, realtimeStats } from '../support/rooms.js';

describe('rooms', () => {
  let app: TestApp;
  let vendor: Vendor;
  let product: Product;
  let price = 100;

  beforeAll(async () => {
    app = await startApp();
    vendor = await createVendor(app);
    product = await createProduct(app, { vendorId: vendor.id, category: 'spices' });
  });
  afterAll(() => app.close());

  const changePrice = async (id = product.id): Promise<void> => {
    price += 1;
    const { status } = await app.request('PATCH', `/api/products/${id}`, { basePrice: price });
    expect(status).toBe(200);
  };
  const category = (name: string): object => ({ type: 'category', category: name });

  it('confirm as event and as acknowledgement, with the contract’s fields and no others', async () => {
    const position = await delivered(app);
    const { epoch } = (await realtimeStats(app)).cursor;
    const { socket } = await listen(app);
    const answers: unknown[] = [];
    socket.on('inventory_subscription_confirmed', (answer) => answers.push(answer));
    socket.on('inventory_unsubscription_confirmed', (answer) => answers.push(answer));
    const here = { epoch, position, recovered: false, replayed: 0 };
    for (const [room, name] of [
      [{ type: 'vendor', vendorId: vendor.id }, `inventory:vendor:${vendor.id}`],
      [category('spices'), 'inventory:category:spices'],
      [GENERAL, 'inventory:general'],
    ] as const) {
      const confirmed: unknown = await socket.emitWithAck('subscribe_inventory', room);
      expect(confirmed).toEqual({ ...room, room: name, ...here });
      const ended: unknown = await socket.emitWithAck('unsubscribe_inventory', room);
      expect(ended).toEqual({ ...room, room: name });
      expect(answers.splice(0)).toEqual([confirmed, ended]);
    }
  });

  it('confirm as event when no acknowledgement is asked for', async () => {
    const { socket } = await listen(app);
    const confirmed = new Promise((resolve) => socket.once('inventory_subscription_confirmed', resolve));
    socket.emit('subscribe_inventory', GENERAL);
    expect(await confirmed).toMatchObject({ type: 'general', room: 'inventory:general' });
  });

  it('say plainly whether a position could be followed from', async () => {
    const position = await delivered(app);
    const { epoch } = (await realtimeStats(app)).cursor;
    const { socket } = await listen(app);
    const since = async (cursor: object): Promise<Record<string, unknown>> =>
      (await socket.emitWithAck('subscribe_inventory', { ...GENERAL, since: cursor })) as Record<string, unknown>;
    const current = await since({ epoch: epoch.toUpperCase(), position });
    expect(current).toMatchObject({ epoch, position, recovered: true, replayed: 0 });
    expect(current).not.toHaveProperty('reason');
    expect(await since({ epoch: newEventId(), position })).toMatchObject({
      recovered: false,
      reason: 'epoch_changed',
      position,
    });
  });

  it('get the events of their vendor, of their category, and all', async () => {
    const [other, grain] = [await createVendor(app), await createProduct(app, { category: 'grains' })];
    const listeners = {
      vendor: await listen(app, { type: 'vendor', vendorId: vendor.id }),
      otherVendor: await listen(app, { type: 'vendor', vendorId: other.id }),
      category: await listen(app, category('spices')),
      otherCategory: await listen(app, category('grains')),
      general: await listen(app, GENERAL),
      nowhere: await listen(app),
    };
    await changePrice();
    await changePrice(grain.id);
    const seen: Record<string, string[]> = {};
    for (const [name, listener] of Object.entries(listeners)) {
      await caughtUp(app, listener);
      seen[name] = ofProducts(listener.seen).map(({ productId }) => productId);
    }
    expect(seen).toEqual({
      vendor: [product.id],
      otherVendor: [],
      category: [product.id],
      otherCategory: [grain.id],
      general: [product.id, grain.id],
      nowhere: [],
    });
    expect((await readLog(app)).slice(-2)).toEqual(listeners.general.seen);
  });

  it('bring an event once to who is in all of them, or in one of them twice', async () => {
    const all = await listen(app, { type: 'vendor', vendorId: vendor.id }, category('spices'), GENERAL);
    const { subscriptions: before } = await realtimeStats(app);
    const twice = await listen(app, GENERAL, GENERAL, GENERAL);
    await changePrice();
    for (const listener of [all, twice]) {
      await caughtUp(app, listener);
      expect(listener.seen).toHaveLength(1);
    }
    // Left once is left, however often it was joined.
    await twice.socket.emitWithAck('unsubscribe_inventory', GENERAL);
    await changePrice();
    await caughtUp(app, twice);
    expect(twice.seen).toHaveLength(1);
    expect((await realtimeStats(app)).subscriptions.general).toBe(before.general);
  });

  it('count what they send by socket, not by room', async () => {
    const sent = async (): Promise<number> => {
      const { body } = await app.request<string>('GET', '/metrics');
      return Number(/^realtime_notifications_sent_total (\d+)$/m.exec(body)?.[1]);
    };
    const lonely = await createProduct(app, { category: 'lonely' });
    const inBoth = await listen(app, category('lonely'), { type: 'vendor', vendorId: lonely.vendorId });
    const inOne = await listen(app, category('lonely'));
    const { subscriptions } = await realtimeStats(app);
    const elsewhere = subscriptions.general;
    const before = await sent();
    await changePrice(lonely.id);
    await caughtUp(app, inBoth);
    await caughtUp(app, inOne);
    // At least the two here; those in the general room of other tests as well, each once.
    expect((await sent()) - before).toBeGreaterThanOrEqual(2);
    expect((await sent()) - before).toBeLessThanOrEqual(2 + elsewhere);
    expect([inBoth.seen.length, inOne.seen.length]).toEqual([1, 1]);
  });

  it('are left for good', async () => {
    const room = { type: 'vendor', vendorId: vendor.id };
    const listener = await listen(app, room);
    await listener.socket.emitWithAck('unsubscribe_inventory', room);
    await changePrice();
    await caughtUp(app, listener);
    expect(listener.seen).toEqual([]);
    await listener.socket.emitWithAck('subscribe_inventory', room);
    await changePrice();
    await caughtUp(app, listener);
    expect(listener.seen).toHaveLength(1);
  });

  it('keep the order of requests sent in one breath', async () => {
    const { socket } = await listen(app);
    const before = (await realtimeStats(app)).subscriptions.total;
    for (let time = 0; time < 50; time += 1) {
      socket.emit('subscribe_inventory', GENERAL);
      socket.emit('unsubscribe_inventory', GENERAL);
    }
    await socket.emitWithAck('unsubscribe_inventory', GENERAL);
    expect((await realtimeStats(app)).subscriptions.total).toBe(before);
  });

  it('of both categories see a product that moves between them', async () => {
    const moving = await createProduct(app, { category: 'pulses' });
    const [from, to] = [await listen(app, category('pulses')), await listen(app, category('dal'))];
    const both = await listen(app, category('pulses'), category('dal'));
    await app.request('PATCH', `/api/products/${moving.id}`, { category: 'dal' });
    await changePrice(moving.id);
    for (const listener of [from, to, both]) await caughtUp(app, listener);
    expect(from.seen.map(({ eventType }) => eventType)).toEqual(['product_updated']);
    expect(to.seen.map(({ eventType }) => eventType)).toEqual(['product_updated', 'price_changed']);
    expect(both.seen).toEqual(to.seen);
    expect(from.seen[0]?.changes).toEqual([{ field: 'category', oldValue: 'pulses', newValue: 'dal' }]);
  });

  it('see creation and deletion as well', async () => {
    const listener = await listen(app, category('flowers'));
    const { id } = await createProduct(app, { category: 'flowers' });
    expect((await app.request('DELETE', `/api/products/${id}`)).status).toBe(204);
    await waitFor(() => listener.seen.length >= 2, { what: 'both' });
    expect(listener.seen.map(({ eventType, version }) => [eventType, version])).toEqual([
      ['product_created', 1],
      ['product_deleted', 2],
    ]);
  });

  it('bring everything to clients that poll, and to those that change to a WebSocket meanwhile', async () => {
    const others = (await realtimeStats(app)).connections;
    let writing = true;
    const writer = (async () => {
      while (writing) await changePrice();
    })();
    const joined = await Promise.all(
      [['polling'], ['polling', 'websocket'], ['websocket']].map(async (transports) => {
        const { socket, seen } = await listenOn(await app.connect(transports));
        const { position } = (await socket.emitWithAck('subscribe_inventory', GENERAL)) as { position: number };
        return { socket, position, seen };
      }),
    );
    const transports = () => joined.map(({ socket }) => socket.io.engine.transport.name);
    await waitFor(() => transports()[1] === 'websocket', { what: 'the change' });
    const already = joined.map(({ seen }) => seen.length);
    await waitFor(() => joined.every(({ seen }, index) => seen.length >= already[index]! + 3), { what: 'some events' });
    writing = false;
    await writer;
    expect(transports()).toEqual(['polling', 'websocket', 'websocket']);
    for (const { position, seen } of joined) {
      expect(seen.map((event) => event.position)).toEqual(seen.map((_event, index) => position + 1 + index));
    }
    // Engine.IO waits 30 s for the next request of a client that polls before it takes its connection for closed.
    for (const { socket } of joined) socket.disconnect();
    await waitFor(async () => (await realtimeStats(app)).connections === others, { what: 'the connections to end' });
  });

  it('stream everything after the confirmed position, whenever one joins', async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) await changePrice();
    })();
    const joined = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { socket, seen } = await listen(app);
        const { position } = (await socket.emitWithAck('subscribe_inventory', GENERAL)) as { position: number };
        return { position, seen };
      }),
    );
    await waitFor(() => joined.every(({ seen }) => seen.length >= 3), { what: 'some events' });
    writing = false;
    await writer;
    for (const { position, seen } of joined) {
      expect(seen.map((event) => event.position)).toEqual(seen.map((_event, index) => position + 1 + index));
    }
  });
});
