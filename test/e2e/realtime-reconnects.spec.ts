import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setImmediate as turn, setInterval as every } from 'node:timers/promises';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { roomName, roomsOf, type Room } from '../../src/realtime/protocol/rooms.js';
import type { TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { positionsOf } from '../support/events.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { randomOf } from '../support/interleaving.js';
import { waitFor } from '../support/processes.js';
import { readLog } from '../support/reading.js';
import { ReturningClient } from '../support/returning-client.js';

const SEED = 20_260_105;
const CLIENTS = 8;
const DISCONNECTS = 60;
const CATEGORIES = ['spices', 'grains', 'pulses', 'fruits'];
const PRODUCTS = 80;
/** Milliseconds between bursts of changes, and how many in one: 200 a second. */
const BURST_EVERY = 50;
const BURST = 10;

/** G6 under load: whatever breaks, a client has seen the log of its rooms, once and in order. */
describe('clients that lose their connections under load', () => {
  const random = randomOf(SEED);
  let instances: Instances;
  let apps: TestApp[];
  let rooms: Room[];
  let products: string[];

  beforeAll(async () => {
    instances = await startTwoInstances();
    apps = [instances.leader, instances.follower];
    const vendors = await Promise.all(Array.from({ length: 4 }, () => createVendor(apps[0]!)));
    products = [];
    for (const [index, { id }] of vendors.entries()) {
      const items = Array.from({ length: PRODUCTS / vendors.length }, (_, number) => ({
        sku: `sku-${number}`,
        name: 'Lot',
        category: CATEGORIES[(index + number) % CATEGORIES.length],
        basePrice: 1,
      }));
      const { body } = await apps[0]!.request<{ results: { productId: string }[] }>(
        'PUT',
        `/api/vendors/${id}/inventory`,
        { items },
      );
      products.push(...body.results.map(({ productId }) => productId));
    }
    rooms = [
      { type: 'general' },
      ...vendors.map(({ id }): Room => ({ type: 'vendor', vendorId: id })),
      ...CATEGORIES.map((category): Room => ({ type: 'category', category })),
    ];
  });
  afterAll(() => instances.close());

  const anyApp = (): TestApp => apps[random(apps.length)]!;
  /** One to four rooms; general is one of nine. */
  const someRooms = (): Room[] => {
    const left = [...rooms];
    return Array.from({ length: 1 + random(4) }, () => left.splice(random(left.length), 1)[0]!);
  };
  let price = 1;
  const change = async (): Promise<void> => {
    price += 1;
    const category = random(10) === 0 ? { category: CATEGORIES[random(CATEGORIES.length)] } : {};
    const path = `/api/products/${products[random(products.length)]}`;
    const { status } = await anyApp().request('PATCH', path, { basePrice: price, ...category });
    expect(status).toBe(200);
  };
  const wholeLog = async (): Promise<InventoryEvent[]> => {
    const log: InventoryEvent[] = [];
    for (;;) {
      const events = await readLog(apps[0]!, `&after=${log.at(-1)?.position ?? 0}`);
      if (events.length === 0) return log;
      log.push(...events);
    }
  };

  it('miss nothing and see nothing twice', async () => {
    const clients = Array.from({ length: CLIENTS }, () => new ReturningClient(someRooms()));
    for (const client of clients) client.connect(anyApp());
    await Promise.all(clients.map((client) => client.untilSettled()));

    const changes: Promise<void>[] = [];
    let disconnects = 0;
    let caught = 0;
    const disconnect = (client: ReturningClient): void => {
      if (!client.settled) caught += 1;
      client.disconnect(random(3));
      client.connect(anyApp());
      disconnects += 1;
    };
    for await (const _ of every(BURST_EVERY)) {
      for (let time = 0; time < BURST; time += 1) changes.push(change());
      if (random(2) === 0) continue;
      const client = clients[random(CLIENTS)]!;
      disconnect(client);
      // Now and then again, anywhere between the handshake and the last of what it missed.
      while (random(2) === 0) {
        for (let turns = random(60); turns > 0; turns -= 1) await turn();
        disconnect(client);
      }
      if (disconnects >= DISCONNECTS) break;
    }
    await Promise.all(changes);
    await Promise.all(clients.map((client) => client.untilSettled()));

    const log = await wholeLog();
    for (const client of clients) {
      const names = new Set((client.rooms as Room[]).map(roomName));
      const expected = log.filter(
        (event) => event.position > client.start! && roomsOf(event).some((name) => names.has(name)),
      );
      await waitFor(() => client.seen.length >= expected.length, { what: `${expected.length} events` });
      expect(positionsOf(client.seen)).toEqual(positionsOf(expected));
      expect(client.seen).toEqual(expected);
      expect(client.refused).toEqual([]);
    }
    expect(caught).toBeGreaterThan(5);
  });
});
