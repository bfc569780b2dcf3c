import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { SubscriptionConfirmed } from '../../src/contracts/index.js';
import { INVENTORY_EVENT } from '../../src/events/index.js';
import { Clock } from '../../src/infra/index.js';
import { Sessions } from '../../src/realtime/sessions/sessions.js';
import { bufferedBytes } from '../../src/realtime/sending/send-buffer.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { contiguous, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { rawSocketOf } from '../support/returning-client.js';
import { caughtUp, delivered, GENERAL, listen, type Listener, realtimeStats } from '../support/rooms.js';
import type { TestDatabase } from '../support/test-database.js';

const BOUND = 65_536;
const ITEMS = 20;
/** Some 16 kB each as an event. */
const NAMES = Object.fromEntries(['hi', 'ta', 'te', 'bn', 'mr'].map((language) => [language, 'प्याज'.repeat(39)]));
const DESCRIPTION = 'आलू प्याज टमाटर '.repeat(120);

/** G7: a client that doesn't read costs little, and nobody else anything. */
describe('a client that stops reading', () => {
  let database: TestDatabase;
  let app: TestApp;
  let vendorId: string;
  let price = 0;

  beforeAll(() => {
    expect(DESCRIPTION.length).toBeLessThanOrEqual(2_000);
  });
  beforeEach(async () => {
    price = 0;
    database = await testDatabase();
    app = await startApp({ database, env: { SEND_BUFFER_BYTES: String(BOUND), REPLAY_BYTES: '67108864' } });
    ({ id: vendorId } = await createVendor(app));
    await change();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const change = async (): Promise<void> => {
    price += 1;
    const items = Array.from({ length: ITEMS }, (_, index) => ({
      sku: `sku-${index}`,
      name: 'Lot',
      category: 'lots',
      names: NAMES,
      description: DESCRIPTION,
      basePrice: price,
    }));
    const { body } = await app.request<{ results: { status: string }[] }>('PUT', `/api/vendors/${vendorId}/inventory`, {
      items,
    });
    expect(new Set(body.results.map(({ status }) => status))).toEqual(new Set([price === 1 ? 'created' : 'updated']));
  };
  const metric = async (name: string): Promise<number> => {
    const { body } = await app.request<string>('GET', '/metrics');
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1] ?? 0);
  };
  const slowNow = () => metric('realtime_slow_clients');
  const outcome = (name: string) => metric(`realtime_slow_clients_total\\{outcome="${name}"\\}`);
  const serverSide = ({ socket }: Listener) => [...app.app.get(Sessions)].find((one) => one.socket.id === socket.id)!;

  /** The most that has waited for a client, looked at whenever an event has gone out. */
  const watch = (listener: Listener): { most: number } => {
    const { socket } = serverSide(listener);
    const seen = { most: 0 };
    const look = (): void => {
      seen.most = Math.max(seen.most, bufferedBytes(socket));
    };
    app.app.get(EventEmitter2).on(INVENTORY_EVENT, look);
    return seen;
  };

  /** Changes prices until the client has been taken out of its rooms; the system's own buffers take megabytes. */
  const overrun = async (reader: Listener): Promise<void> => {
    for (let round = 0; (await slowNow()) === 0; round += 1) {
      expect(round).toBeLessThan(120);
      const known = reader.seen.length;
      await change();
      await waitFor(() => reader.seen.length >= known + ITEMS, { timeoutMs: 2_000, what: 'the other client' });
    }
  };

  it('is bounded, then gets the newest of every product, and delays nobody', async () => {
    const [slow, reader] = [await listen(app, GENERAL), await listen(app, GENERAL)];
    const start = (await realtimeStats(app)).cursor.position;
    const confirmations: SubscriptionConfirmed[] = [];
    slow.socket.on('inventory_subscription_confirmed', (one: SubscriptionConfirmed) => confirmations.push(one));
    const buffered = watch(slow);
    rawSocketOf(slow.socket)!.pause();
    await overrun(reader);
    const { most } = buffered;
    // Six megabytes more.
    for (let time = 0; time < 20; time += 1) await change();
    await caughtUp(app, reader);
    expect(positionsOf(reader.seen)).toEqual(contiguous(start, reader.seen.at(-1)!.position));
    // The bound and what was sent between two looks, and nothing since.
    expect(most).toBeGreaterThan(BOUND);
    expect(most).toBeLessThan(4 * 1_048_576);
    expect(buffered.most).toBe(most);
    expect(slow.seen).toEqual([]);

    const position = await delivered(app);
    rawSocketOf(slow.socket)!.resume();
    await waitFor(() => confirmations.length > 0, { what: 'the confirmation' });
    expect(confirmations).toEqual([
      {
        ...GENERAL,
        room: 'inventory:general',
        epoch: expect.any(String),
        position,
        recovered: true,
        replayed: ITEMS,
        reason: 'conflated',
      },
    ]);
    // All up to where it was taken out, then the last of each product.
    const seen = positionsOf(slow.seen);
    const straight = seen.slice(0, -ITEMS);
    expect(straight).toEqual(contiguous(start, start + straight.length));
    expect(seen.slice(-ITEMS)).toEqual(contiguous(position - ITEMS, position));
    expect(await slowNow()).toBe(0);
    expect([await outcome('suspended'), await outcome('caught_up')]).toEqual([1, 1]);
    expect((await realtimeStats(app)).subscriptions.general).toBe(2);

    await change();
    await caughtUp(app, slow);
    expect(positionsOf(slow.seen.slice(seen.length))).toEqual(contiguous(position, position + ITEMS));
  });

  it('is told to refetch when it has missed too much', async () => {
    await app.close();
    app = await startApp({ database, env: { SEND_BUFFER_BYTES: String(BOUND), REPLAY_EVENTS: '10' } });
    const [slow, reader] = [await listen(app, GENERAL), await listen(app, GENERAL)];
    const confirmed = new Promise<SubscriptionConfirmed>((resolve) =>
      slow.socket.once('inventory_subscription_confirmed', resolve),
    );
    rawSocketOf(slow.socket)!.pause();
    await overrun(reader);
    await change();
    const position = await delivered(app);
    rawSocketOf(slow.socket)!.resume();
    expect(await confirmed).toMatchObject({ ...GENERAL, position, recovered: false, reason: 'too_old', replayed: 0 });
    expect(await outcome('told')).toBe(1);
    expect(positionsOf(slow.seen)).toEqual(contiguous(slow.seen[0]!.position - 1, slow.seen.at(-1)!.position));
    await createProduct(app);
    await caughtUp(app, slow);
    // Behind the event of the vendor that was made for it.
    expect(slow.seen.at(-1)!.position).toBe(position + 2);
  });

  it('may ask for rooms meanwhile: they are its own once it reads, with nothing twice', async () => {
    const [slow, reader] = [await listen(app, { type: 'vendor', vendorId }), await listen(app, GENERAL)];
    const start = (await realtimeStats(app)).cursor;
    rawSocketOf(slow.socket)!.pause();
    await overrun(reader);
    const asked = slow.socket.emitWithAck('subscribe_inventory', { ...GENERAL, since: start }) as Promise<object>;
    const elsewhere = await createProduct(app);
    await delivered(app);
    rawSocketOf(slow.socket)!.resume();
    expect(await asked).toMatchObject({ type: 'general', recovered: true });
    await change();
    await caughtUp(app, slow);
    const positions = positionsOf(slow.seen);
    expect(new Set(positions).size).toBe(positions.length);
    expect(slow.seen.filter(({ productId }) => productId === elsewhere.id)).toHaveLength(1);
    expect(positions.slice(-ITEMS)).toEqual(contiguous(positions.at(-1)! - ITEMS, await delivered(app)));
  });

  it('is disconnected in the end, and what was kept for it is freed', async () => {
    const [slow, reader] = [await listen(app, GENERAL), await listen(app, GENERAL)];
    const { socket } = serverSide(slow);
    const raw = (socket.conn as unknown as { transport: { socket: { _socket: { destroyed: boolean } } } }).transport
      .socket._socket;
    slow.socket.io.reconnection(false);
    rawSocketOf(slow.socket)!.pause();
    await overrun(reader);
    const clock = app.app.get(Clock);
    const now = clock.now.bind(clock);
    clock.now = () => now() + 29_000;
    await caughtUp(app, reader);
    expect((await realtimeStats(app)).connections).toBe(2);
    clock.now = () => now() + 31_000;
    await waitFor(async () => (await realtimeStats(app)).connections === 1, { what: 'the end' });
    expect(raw.destroyed).toBe(true);
    expect([await slowNow(), await outcome('disconnected')]).toEqual([0, 1]);
    rawSocketOf(slow.socket)!.resume();
    await waitFor(() => slow.socket.disconnected, { what: 'the disconnection' });
    const known = reader.seen.length;
    await createProduct(app);
    await caughtUp(app, reader);
    expect(reader.seen).toHaveLength(known + 1);
  });

  it('can’t fill the memory with what it asks for again and again', async () => {
    const { epoch } = (await realtimeStats(app)).cursor;
    const greedy = await listen(app);
    const { socket } = serverSide(greedy);
    rawSocketOf(greedy.socket)!.pause();
    for (let time = 0; time < 60; time += 1) {
      greedy.socket.emit('subscribe_inventory', { ...GENERAL, since: { epoch, position: 0 } });
      greedy.socket.emit('unsubscribe_inventory', GENERAL);
    }
    // A copy of the log is a megabyte; the system takes some, then the requests wait.
    await waitFor(() => slowNow(), { what: 'the end of patience' });
    const waiting = bufferedBytes(socket);
    expect(waiting).toBeGreaterThan(BOUND);
    await delivered(app);
    expect(bufferedBytes(socket)).toBe(waiting);
    expect(waiting).toBeLessThan(BOUND + 2 * 1_048_576);
    rawSocketOf(greedy.socket)!.resume();
    await waitFor(() => greedy.seen.length >= 60 * ITEMS, { what: 'all it asked for' });
    expect((await realtimeStats(app)).connections).toBe(1);
  });

  it('and floods us is disconnected before its refusals fill the memory', async () => {
    const flooder = await listen(app);
    const { socket } = serverSide(flooder);
    flooder.socket.io.reconnection(false);
    const raw = rawSocketOf(flooder.socket)!;
    raw.pause();
    let most = 0;
    while (socket.connected) {
      for (let time = 0; time < 500; time += 1) flooder.socket.emit('subscribe_inventory', GENERAL);
      await new Promise((resolve) => (raw.writableLength > 0 ? raw.once('drain', resolve) : setImmediate(resolve)));
      most = Math.max(most, bufferedBytes(socket));
      expect(most).toBeLessThan(3 * BOUND);
    }
    await waitFor(async () => (await realtimeStats(app)).connections === 0, { what: 'the end' });
  });
});
