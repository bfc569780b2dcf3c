import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { caughtUp, GENERAL, listen, realtimeStats } from '../support/rooms.js';

const ROOM = { type: 'vendor', vendorId: 'vnd_1' };
const since = (cursor: unknown): object => ({ ...GENERAL, since: cursor });
const own = (json: string): unknown => JSON.parse(json);

/** Arguments of a request, and the field that the refusal names. */
const MALFORMED: [string, unknown[], string][] = [
  ['nothing', [], 'payload'],
  ['null', [null], 'payload'],
  ['a string', ['general'], 'payload'],
  ['a number', [7], 'payload'],
  ['true', [true], 'payload'],
  ['an empty array', [[]], 'payload'],
  ['an array of one good request', [[GENERAL]], 'payload'],
  ['an array of two', [[GENERAL, GENERAL]], 'payload'],
  ['two arguments', [GENERAL, ROOM], 'payload'],
  ['three arguments', [GENERAL, null, 1], 'payload'],
  ['bytes', [Buffer.from('{"type":"general"}')], 'type'],
  ['bytes within', [{ type: Buffer.from('general') }], 'type'],
  ['an empty object', [{}], 'type'],
  ['an unknown type', [{ type: 'warehouse' }], 'type'],
  ['a type of another kind', [{ type: ['general'] }], 'type'],
  ['a type in capitals', [{ type: 'GENERAL' }], 'type'],
  ['a prototype’s key as type', [{ type: '__proto__' }], 'type'],
  ['a method’s name as type', [{ type: 'toString' }], 'type'],
  ['a vendor without id', [{ type: 'vendor' }], 'vendorId'],
  ['a vendor with null', [{ type: 'vendor', vendorId: null }], 'vendorId'],
  ['a vendor with a number', [{ type: 'vendor', vendorId: 12 }], 'vendorId'],
  ['a vendor with an empty id', [{ type: 'vendor', vendorId: '' }], 'vendorId'],
  ['a vendor with a long id', [{ type: 'vendor', vendorId: 'v'.repeat(65) }], 'vendorId'],
  ['a vendor with blanks', [{ type: 'vendor', vendorId: 'vnd 1' }], 'vendorId'],
  ['a vendor with a line break', [{ type: 'vendor', vendorId: 'vnd_1\n' }], 'vendorId'],
  ['a vendor with an object', [{ type: 'vendor', vendorId: { toString: 'vnd_1' } }], 'vendorId'],
  ['a category without slug', [{ type: 'category' }], 'category'],
  ['a category in capitals', [{ type: 'category', category: 'Spices' }], 'category'],
  ['a category with a list', [{ type: 'category', category: ['spices'] }], 'category'],
  ['a long category', [{ type: 'category', category: 'a'.repeat(65) }], 'category'],
  ['a category in another script', [{ type: 'category', category: 'मसाले' }], 'category'],
  ['an unknown field', [{ ...GENERAL, room: 'inventory:general' }], 'room'],
  ['another type’s field', [{ ...GENERAL, vendorId: 'vnd_1' }], 'vendorId'],
  ['own __proto__', [own('{"type":"general","__proto__":{"type":"vendor"}}')], '__proto__'],
  ['a type only in __proto__', [own('{"__proto__":{"type":"general"}}')], 'type'],
  ['own constructor', [own('{"type":"general","constructor":{"prototype":{"x":1}}}')], 'constructor'],
  ['a long field', [{ ...GENERAL, x: 'x'.repeat(3_000) }], 'x'],
  ['a long name of a field', [{ ...GENERAL, ['y'.repeat(3_000)]: 1 }], 'y'.repeat(64)],
  ['a deep object', [{ ...GENERAL, deep: own('['.repeat(1_500) + ']'.repeat(1_500)) }], 'deep'],
];

/** Larger than any request, smaller than what ends the connection. */
const HUGE: [string, unknown][] = [
  ['field', { ...GENERAL, x: 'x'.repeat(15_000) }],
  ['name of a field', { ...GENERAL, ['y'.repeat(15_000)]: 1 }],
  ['depth', { ...GENERAL, deep: own('['.repeat(2_500) + ']'.repeat(2_500)) }],
  ['id', { type: 'vendor', vendorId: 'v'.repeat(15_000) }],
  ['string', 'x'.repeat(15_000)],
  ['list', Array.from({ length: 5_000 }, () => 1)],
];

const MALFORMED_SINCE: [string, unknown, string][] = [
  ['null', null, 'since'],
  ['a number', 5, 'since'],
  ['a list', [], 'since'],
  ['no epoch', { position: 1 }, 'since.epoch'],
  ['an epoch that is no UUID', { epoch: 'x', position: 1 }, 'since.epoch'],
  ['an epoch only in __proto__', own(`{"__proto__":{"epoch":"${newEventId()}"},"position":1}`), 'since.epoch'],
  ['no position', { epoch: newEventId() }, 'since.position'],
  ['a position as text', { epoch: newEventId(), position: '1' }, 'since.position'],
  ['a negative position', { epoch: newEventId(), position: -1 }, 'since.position'],
  ['a fraction', { epoch: newEventId(), position: 1.5 }, 'since.position'],
  ['a position beyond numbers', { epoch: newEventId(), position: 1e300 }, 'since.position'],
];

interface Refusal {
  status: string;
  code: string;
  message: string;
}

describe('malformed requests', () => {
  let app: TestApp;
  let socket: Socket;
  let exceptions: Refusal[];

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    ({ socket } = await listen(app));
    exceptions = [];
    socket.on('exception', (exception: Refusal) => exceptions.push(exception));
  });
  afterEach(() => void socket.disconnect());

  const refusal = async (event: string, args: unknown[], field: string): Promise<void> => {
    const acknowledged = (await socket.timeout(2_000).emitWithAck(event, ...args)) as Refusal;
    expect(acknowledged).toEqual({ status: 'error', code: 'validation_failed', message: expect.any(String) });
    expect(acknowledged.message.startsWith(`${field}: `)).toBe(true);
    expect(exceptions.splice(0)).toEqual([acknowledged]);
    // The same for a client that asks for no acknowledgement.
    socket.emit(event, ...args);
    await waitFor(() => exceptions.length > 0, { timeoutMs: 2_000, what: 'the exception' });
    expect(exceptions).toEqual([acknowledged]);
    expect((await realtimeStats(app)).subscriptions.total).toBe(0);
  };

  it.each(MALFORMED)('subscribe with %s is refused', (_name, args, field) =>
    refusal('subscribe_inventory', args, field),
  );
  it.each(MALFORMED)('unsubscribe with %s is refused', (_name, args, field) =>
    refusal('unsubscribe_inventory', args, field),
  );
  it.each(MALFORMED_SINCE)('since with %s is refused', (_name, cursor, field) =>
    refusal('subscribe_inventory', [since(cursor)], field),
  );

  it.each(HUGE)('a request with a huge %s is refused in few words', async (_name, payload) => {
    for (const event of ['subscribe_inventory', 'unsubscribe_inventory']) {
      const acknowledged = (await socket.timeout(2_000).emitWithAck(event, payload)) as Refusal;
      expect(acknowledged).toMatchObject({ status: 'error', code: expect.any(String) });
      expect(acknowledged.message.length).toBeLessThan(300);
      expect(exceptions.splice(0)).toEqual([acknowledged]);
    }
    expect(socket.connected).toBe(true);
    expect((await realtimeStats(app)).subscriptions.total).toBe(0);
  });

  it('a request deeper than any program would make it is the client’s fault', async () => {
    // Written by hand: the client library can't make it. Node's parser takes it, whatever recurs over it fails.
    const request = `["subscribe_inventory",${'['.repeat(7_500)}${']'.repeat(7_500)}]`;
    socket.io.engine.write(`2/inventory,${request}`);
    await waitFor(() => exceptions.length > 0, { timeoutMs: 2_000, what: 'the exception' });
    expect(exceptions).toEqual([
      { status: 'error', code: expect.not.stringMatching('internal_error'), message: expect.any(String) },
    ]);
  });

  it('unsubscribe has no since', () =>
    refusal('unsubscribe_inventory', [since({ epoch: newEventId(), position: 1 })], 'since'));

  it('leave the socket as it was, and nothing on Object.prototype', async () => {
    for (const [, args] of MALFORMED) socket.emit('subscribe_inventory', ...args);
    await waitFor(() => exceptions.length >= MALFORMED.length, { what: 'the exceptions' });
    expect(socket.connected).toBe(true);
    expect(await socket.emitWithAck('subscribe_inventory', GENERAL)).toMatchObject({ room: 'inventory:general' });
    await socket.emitWithAck('unsubscribe_inventory', GENERAL);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('an unsubscription from a room one isn’t in is confirmed, and changes nothing', async () => {
    expect(await socket.emitWithAck('unsubscribe_inventory', ROOM)).toEqual({
      ...ROOM,
      room: 'inventory:vendor:vnd_1',
    });
    expect((await realtimeStats(app)).subscriptions.total).toBe(0);
  });

  it('an unknown message is ignored', async () => {
    socket.emit('drop_inventory', GENERAL);
    expect(await socket.emitWithAck('unsubscribe_inventory', ROOM)).toMatchObject(ROOM);
  });

  it('a message beyond the limit costs its sender the connection, and nobody else anything', async () => {
    const neighbour = await listen(app, GENERAL);
    const { socket: flooder } = await listen(app, GENERAL);
    flooder.io.reconnection(false);
    flooder.emit('subscribe_inventory', { ...GENERAL, x: 'x'.repeat(100_000) });
    await waitFor(() => flooder.disconnected, { what: 'the end of the connection' });
    await waitFor(async () => (await realtimeStats(app)).subscriptions.general === 1, { what: 'the clean-up' });
    await createProduct(app);
    await caughtUp(app, neighbour);
    expect(neighbour.seen).toHaveLength(1);
  });

  it('another namespace is refused', async () => {
    const manager = (await app.connect()).io;
    const other = manager.socket('/elsewhere');
    const error = await new Promise<Error>((resolve) => other.once('connect_error', resolve));
    expect(error.message).toBe('Invalid namespace');
  });
});
