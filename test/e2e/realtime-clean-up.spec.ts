import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Namespace } from 'socket.io';
import { RoomBroadcaster } from '../../src/realtime/gateway/room-broadcaster.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { GENERAL, listen, realtimeStats } from '../support/rooms.js';

const NOBODY = { connections: 0, subscriptions: { vendor: 0, category: 0, general: 0, total: 0 } };

/** The server's own books, which the statistics might not tell of. */
const namespaceOf = ({ app }: TestApp): Namespace =>
  app.get<RoomBroadcaster, { namespace: Namespace }>(RoomBroadcaster).namespace;

describe('what a socket leaves behind', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const nobodyLeft = async (): Promise<void> => {
    await waitFor(async () => (await realtimeStats(app)).connections === 0, { what: 'the last to be gone' });
    expect(await realtimeStats(app)).toMatchObject(NOBODY);
    const namespace = namespaceOf(app);
    expect([namespace.sockets.size, namespace.adapter.rooms.size, namespace.adapter.sids.size]).toEqual([0, 0, 0]);
  };

  it('is counted while it is there, and gone when it goes', async () => {
    const rooms = [GENERAL, { type: 'vendor', vendorId: 'vnd_1' }, { type: 'vendor', vendorId: 'vnd_2' }];
    const { socket } = await listen(app, ...rooms);
    await listen(app, { type: 'category', category: 'spices' });
    expect(await realtimeStats(app)).toMatchObject({
      connections: 2,
      subscriptions: { vendor: 2, category: 1, general: 1, total: 4 },
    });
    const metrics = (await app.request<string>('GET', '/metrics')).body;
    expect(metrics).toMatch(/^realtime_connections 2$/m);
    expect(metrics).toMatch(/^realtime_subscriptions\{type="vendor"\} 2$/m);

    socket.disconnect();
    await waitFor(async () => (await realtimeStats(app)).connections === 1, { what: 'the first to be gone' });
    expect((await realtimeStats(app)).subscriptions).toEqual({ vendor: 0, category: 1, general: 0, total: 1 });
    const namespace = namespaceOf(app);
    for (const one of namespace.sockets.values()) one.disconnect(true);
    await nobodyLeft();
  });

  it('is nothing when the connection breaks without a goodbye', async () => {
    const { socket } = await listen(app, GENERAL);
    socket.io.reconnection(false);
    socket.io.engine.close();
    await nobodyLeft();
  });

  it('is nothing when it goes in the breath in which it subscribes', async () => {
    for (let time = 0; time < 20; time += 1) {
      const socket = await app.connect();
      socket.emit('subscribe_inventory', GENERAL);
      socket.disconnect();
    }
    await nobodyLeft();
  });

  it('is nothing after a hundred of them, while events go out', async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) await createProduct(app, { category: 'spices' });
    })();
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const category = { type: 'category', category: 'spices' };
          const { socket, seen } = await listen(app, GENERAL, { type: 'vendor', vendorId: `vnd_${index}` }, category);
          if (index % 2 === 0) await waitFor(() => seen.length > 0, { what: 'an event' });
          if (index % 3 === 0) await socket.emitWithAck('unsubscribe_inventory', GENERAL);
          socket.disconnect();
        }),
      );
    }
    writing = false;
    await writer;
    await nobodyLeft();
  });
});
