import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Manager, type Socket } from 'socket.io-client';
import type { ExceptionMessage } from '../../src/contracts/index.js';
import { Clock } from '../../src/infra/index.js';
import { ConnectionLimit } from '../../src/realtime/limits/connection-limit.js';
import { RoomBroadcaster } from '../../src/realtime/gateway/room-broadcaster.js';
import { Sessions } from '../../src/realtime/sessions/sessions.js';
import { SlowClients } from '../../src/realtime/slow-clients/slow-clients.js';
import type { Namespace } from 'socket.io';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { rawSocketOf } from '../support/returning-client.js';
import { caughtUp, GENERAL, listen, realtimeStats } from '../support/rooms.js';

const vendorRoom = (number: number): object => ({ type: 'vendor', vendorId: `vnd_${number}` });

/** Everything the server keeps for connections, by its own books. */
function books({ app }: TestApp): Record<string, number> {
  const { namespace } = app.get<RoomBroadcaster, { namespace: Namespace }>(RoomBroadcaster);
  return {
    sessions: app.get(Sessions).count,
    addresses: app.get<ConnectionLimit, { counts: Map<string, number> }>(ConnectionLimit).counts.size,
    suspended: app.get<SlowClients, { suspended: Map<unknown, unknown> }>(SlowClients).suspended.size,
    sockets: namespace.sockets.size,
    rooms: namespace.adapter.rooms.size,
    socketsInRooms: namespace.adapter.sids.size,
    connections: (namespace.server.engine as unknown as { clientsCount: number }).clientsCount,
  };
}

const EMPTY = { sessions: 0, addresses: 0, suspended: 0, sockets: 0, rooms: 0, socketsInRooms: 0, connections: 0 };

const nobodyLeft = (app: TestApp): Promise<unknown> =>
  waitFor(() => Object.values(books(app)).every((count) => count === 0), { what: 'the last to be gone' }).catch(() =>
    expect(books(app)).toEqual(EMPTY),
  );

describe('the limits of one client', () => {
  let app: TestApp;
  let socket: Socket;
  let exceptions: ExceptionMessage[];

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    socket = await app.connect();
    exceptions = [];
    socket.on('exception', (exception: ExceptionMessage) => exceptions.push(exception));
  });
  afterEach(() => void socket.disconnect());

  const ask = (payload: unknown) => socket.emitWithAck('subscribe_inventory', payload) as Promise<{ code?: string }>;

  it('a hundred rooms, and not one more, unless one is left', async () => {
    const answers = await Promise.all(Array.from({ length: 101 }, (_, number) => ask(vendorRoom(number))));
    expect(answers.slice(0, 100).every(({ code }) => code === undefined)).toBe(true);
    expect(answers[100]).toEqual({ status: 'error', code: 'too_many_subscriptions', message: expect.any(String) });
    expect(exceptions).toEqual([answers[100]]);
    expect((await realtimeStats(app)).subscriptions.total).toBe(100);
    // Those it is in already are not new.
    expect(await ask(vendorRoom(7))).toMatchObject({ room: 'inventory:vendor:vnd_7' });
    await socket.emitWithAck('unsubscribe_inventory', vendorRoom(7));
    expect(await ask(GENERAL)).toMatchObject({ room: 'inventory:general' });
    expect(await ask(vendorRoom(7))).toMatchObject({ code: 'too_many_subscriptions' });
  });

  it('sends nothing for a room it refuses', async () => {
    const { cursor: since } = await realtimeStats(app);
    const product = await createProduct(app);
    const seen: unknown[] = [];
    socket.on('inventory_notification', (event) => seen.push(event));
    const rooms = Array.from({ length: 100 }, (_, number) => ({ ...vendorRoom(number), since }));
    const answers = await Promise.all([...rooms, { type: 'vendor', vendorId: product.vendorId, since }].map(ask));
    expect(answers.at(-1)).toMatchObject({ code: 'too_many_subscriptions' });
    expect(seen).toEqual([]);
  });

  it('two hundred requests at once, and more in time', async () => {
    const clock = app.app.get(Clock);
    const started = clock.now();
    clock.now = () => started;
    try {
      const answers = await Promise.all(Array.from({ length: 300 }, () => ask(GENERAL)));
      const refused = { status: 'error', code: 'too_many_requests', message: expect.any(String) };
      expect(answers.slice(0, 200).every(({ code }) => code === undefined)).toBe(true);
      expect(answers.slice(200)).toEqual(Array.from({ length: 100 }, () => refused));
      expect(exceptions).toEqual(answers.slice(200));
      expect(await socket.emitWithAck('unsubscribe_inventory', GENERAL)).toEqual(refused);
      // Others are not concerned.
      const neighbour = await listen(app, GENERAL);
      neighbour.socket.disconnect();

      clock.now = () => started + 500;
      const later = await Promise.all(Array.from({ length: 11 }, () => ask(GENERAL)));
      expect(later.filter(({ code }) => code === undefined)).toHaveLength(10);
    } finally {
      clock.now = () => Date.now();
    }
  });

  it('4,096 characters a request', async () => {
    const sized = (length: number): object => {
      const payload = { ...GENERAL, x: '' };
      return { ...payload, x: 'x'.repeat(length - JSON.stringify(payload).length) };
    };
    expect(await ask(sized(4_096))).toMatchObject({ code: 'validation_failed' });
    const answer = await ask(sized(4_097));
    expect(answer).toEqual({ status: 'error', code: 'payload_too_large', message: expect.any(String) });
    expect(exceptions.at(-1)).toEqual(answer);
    expect(await ask(sized(60_000))).toEqual(answer);
    // Devanagari is counted by the character.
    expect(await ask({ ...GENERAL, x: 'प'.repeat(4_000) })).toMatchObject({ code: 'validation_failed' });
    expect(await ask(GENERAL)).toMatchObject({ room: 'inventory:general' });
  });

  it('64 KiB a message: one that is larger ends this connection, and no other', async () => {
    const neighbour = await listen(app, GENERAL);
    socket.io.reconnection(false);
    const reason = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('subscribe_inventory', { ...GENERAL, x: 'x'.repeat(66_000) });
    expect(await reason).toBe('transport close');
    await waitFor(async () => (await realtimeStats(app)).connections === 1, { what: 'the clean-up' });
    await createProduct(app);
    await caughtUp(app, neighbour);
    expect(neighbour.seen).toHaveLength(1);
    neighbour.socket.disconnect();
  });
});

describe('the connections of one address', () => {
  let app: TestApp;
  const managers: Manager[] = [];

  beforeAll(async () => {
    app = await startApp({ env: { MAX_CONNECTIONS_PER_ADDRESS: '3' } });
  });
  afterEach(async () => {
    for (const manager of managers.splice(0)) manager._close();
    await nobodyLeft(app);
  });
  afterAll(() => app.close());

  /** A connection without a namespace; what is written to it is a packet of Socket.IO. */
  const open = async (): Promise<Manager> => {
    const manager = new Manager(app.url, { transports: ['websocket'], reconnection: false, autoConnect: false });
    managers.push(manager);
    await new Promise<void>((resolve, reject) => manager.open((error) => (error ? reject(error) : resolve())));
    return manager;
  };
  const refused = { data: { status: 'error', code: 'too_many_connections', message: expect.any(String) } };
  /** All three slots are free, and a fourth isn't there. */
  const expectThreeSlots = async (): Promise<void> => {
    await waitFor(() => books(app).addresses === 0, { what: 'the slots' });
    const sockets = [await app.connect(), await app.connect(), await app.connect()];
    await expect(app.connect()).rejects.toMatchObject(refused);
    for (const socket of sockets) socket.disconnect();
  };

  it('are refused beyond the limit, and free again after a disconnect', async () => {
    const first = await app.connect();
    await app.connect().then((second) => second.disconnect());
    await waitFor(() => books(app).sessions === 1, { what: 'the disconnection' });
    const others = [await app.connect(), await app.connect()];
    for (let time = 0; time < 5; time += 1) await expect(app.connect()).rejects.toMatchObject(refused);
    rawSocketOf(first)!.destroy();
    first.io.reconnection(false);
    await waitFor(() => books(app).sessions === 2, { what: 'the break' });
    const next = await app.connect();
    for (const socket of [...others, next]) socket.disconnect();
    await expectThreeSlots();
  });

  it('are free again after half-open handshakes', async () => {
    for (let time = 0; time < 10; time += 1) {
      // Gone before the namespace, with the request for it, and right behind that.
      (await open())._close();
      const asking = await open();
      asking.engine.write('0/inventory,');
      rawSocketOf(asking.socket('/inventory'))!.destroySoon();
      const leaving = await open();
      leaving.engine.write('0/inventory,');
      leaving.engine.close();
    }
    await expectThreeSlots();
  });

  it('are free again after a request for the namespace and a goodbye in one packet', async () => {
    for (let time = 0; time < 5; time += 1) {
      const manager = await open();
      const raw = rawSocketOf(manager.socket('/inventory'))!;
      raw.cork();
      manager.engine.write('0/inventory,');
      manager.engine.write('1/inventory,');
      await Promise.resolve();
      raw.uncork();
      await waitFor(() => manager._readyState === 'closed', { what: 'the end' });
    }
    await expectThreeSlots();
  });

  it('count once, however often the namespace is left and joined', async () => {
    const manager = await open();
    for (let time = 0; time < 5; time += 1) {
      const joined = new Promise((resolve) => manager.engine.once('data', resolve));
      manager.engine.write('0/inventory,');
      expect(await joined).toMatch(/^0\/inventory,\{"sid"/);
      manager.engine.write('1/inventory,');
      await waitFor(() => books(app).sessions === 0, { everyMs: 1, what: 'the leaving' });
    }
    const others = [await app.connect(), await app.connect()];
    for (const socket of others) socket.disconnect();
  });
});

describe('what is kept for connections', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('is nothing after 300 have come, subscribed and gone, in every way', async () => {
    for (let round = 0; round < 30; round += 1) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const socket = await app.connect();
          socket.io.reconnection(false);
          const asked = [GENERAL, vendorRoom(index), { type: 'category', category: 'spices' }].map((room) =>
            socket.timeout(5_000).emitWithAck('subscribe_inventory', room),
          );
          if (index % 2 === 0) await Promise.all(asked);
          else void Promise.allSettled(asked);
          if (index % 3 === 0) rawSocketOf(socket)!.destroy();
          else if (index % 3 === 1) socket.io.engine.close();
          socket.disconnect();
        }),
      );
    }
    await nobodyLeft(app);
    expect(books(app)).toEqual(EMPTY);
    expect(await realtimeStats(app)).toMatchObject({ connections: 0, subscriptions: { total: 0 } });
  });
});
