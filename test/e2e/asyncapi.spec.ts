import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { readdir, readFile } from 'node:fs/promises';
import { io, type Socket } from 'socket.io-client';
import * as contracts from '../../src/contracts/index.js';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { Sessions } from '../../src/realtime/sessions/sessions.js';
import { SlowClients } from '../../src/realtime/slow-clients/slow-clients.js';
import { HEADER, importCsv, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { caughtUp, delivered, GENERAL, realtimeStats } from '../support/rooms.js';

interface Ref {
  $ref: string;
}
interface Operation {
  action: string;
  channel: Ref;
  messages: Ref[];
  reply?: { channel: Ref; messages: Ref[] };
}
interface Document {
  asyncapi: string;
  info: { title: string; version: string; description: string };
  servers: Record<string, { host: string; protocol: string }>;
  channels: Record<string, { address: string; messages: Record<string, Ref> }>;
  operations: Record<string, Operation>;
  components: { messages: Record<string, { name: string; payload?: Ref }>; schemas: Record<string, object> };
}

const { SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBED, UNSUBSCRIBED, NOTIFICATION, EXCEPTION, CLOSING } = contracts;
const { SUBSCRIBE_SERIES, UNSUBSCRIBE_SERIES, SERIES_SUBSCRIBED, SERIES_UNSUBSCRIBED, SERIES_UPDATED } = contracts;
const NAMES = [
  ...[SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBED, UNSUBSCRIBED, NOTIFICATION, EXCEPTION, CLOSING],
  ...[SUBSCRIBE_SERIES, UNSUBSCRIBE_SERIES, SERIES_SUBSCRIBED, SERIES_UNSUBSCRIBED, SERIES_UPDATED],
];

describe('the description of the WebSocket messages', () => {
  let app: TestApp;
  let document: Document;
  let ajv: Ajv;

  beforeAll(async () => {
    app = await startApp({ env: { REPLAY_EVENTS: '50', MAX_CONNECTIONS_PER_ADDRESS: '1' } });
    const { status, headers, body } = await app.request<Document>('GET', '/docs/asyncapi.json');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    document = body;
    const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
    const date = /^\d{4}-\d\d-\d\d$/;
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
    ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true, formats: { uuid, date, 'date-time': time } });
    ajv.addVocabulary(['asyncapi', 'info', 'defaultContentType', 'servers', 'channels', 'operations', 'components']);
    ajv.addSchema(document, 'document');
  });
  afterAll(() => app.close());

  const resolve = ({ $ref }: Ref): unknown =>
    $ref
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);

  /** Of a message's payload; a message without one has nothing to validate. */
  const validator = (name: string): ValidateFunction => {
    const payload = document.components.messages[name]?.payload;
    if (!payload) throw new Error(`${name} has no payload`);
    return ajv.getSchema(`document${payload.$ref}`)!;
  };
  const problems = (name: string, payload: unknown): unknown[] => {
    const validate = validator(name);
    return validate(payload) ? [] : [{ name, payload, errors: validate.errors }];
  };

  it('is AsyncAPI 3.0, and whatever it refers to is there', () => {
    expect(document).toMatchObject({
      asyncapi: '3.0.0',
      info: { version: '1' },
      servers: { self: { protocol: 'ws' } },
    });
    const refs: string[] = [];
    JSON.stringify(document, (key, value: unknown) => {
      if (key === '$ref') refs.push(value as string);
      return value;
    });
    expect(refs.length).toBeGreaterThan(30);
    expect(refs.filter(($ref) => !$ref.startsWith('#/') || resolve({ $ref }) === undefined)).toEqual([]);
  });

  it('has operations whose messages are in their channels', () => {
    const [[channelName, channel]] = Object.entries(document.channels) as [[string, Document['channels'][string]]];
    expect(channel.address).toBe('/inventory');
    const used = new Set<string>();
    for (const { action, channel: on, messages, reply } of Object.values(document.operations)) {
      expect(['send', 'receive']).toContain(action);
      for (const { $ref } of [on, ...(reply ? [reply.channel] : [])]) expect($ref).toBe(`#/channels/${channelName}`);
      for (const { $ref } of [...messages, ...(reply?.messages ?? [])]) {
        const [, name] = new RegExp(`^#/channels/${channelName}/messages/(\\w+)$`).exec($ref)!;
        expect(channel.messages).toHaveProperty(name!);
        used.add(name!);
      }
    }
    expect([...used].sort()).toEqual(Object.keys(channel.messages).sort());
    for (const [name, { $ref }] of Object.entries(channel.messages)) {
      expect(resolve({ $ref })).toMatchObject({ name });
    }
  });

  it('has every event name of the gateway, and no other', async () => {
    expect(Object.keys(document.components.messages).sort()).toEqual([...NAMES].sort());
    const folders = ['src/realtime', 'src/series/live'];
    const paths = (
      await Promise.all(
        folders.map(async (folder) => (await readdir(folder, { recursive: true })).map((path) => `${folder}/${path}`)),
      )
    ).flat();
    const files = paths.filter((path) => /(?<!\.spec)\.ts$/.test(path));
    const source = (await Promise.all(files.map((path) => readFile(path, 'utf8')))).join('\n');
    const used = [...source.matchAll(/(?:\.emit|@SubscribeMessage)\(\s*([^,)\s]+)/g)].map(([, name]) => name!);
    expect(used.length).toBeGreaterThanOrEqual(8);
    // All by their constants, which are the contract's.
    const values = used.map((name) => (contracts as Record<string, unknown>)[name]);
    expect(new Set(values)).toEqual(new Set(NAMES));
  });

  it('has all schemas closed', () => {
    const open: unknown[] = [];
    JSON.stringify(document.components.schemas, (_key, value: unknown) => {
      const { type, additionalProperties } = (value ?? {}) as Record<string, unknown>;
      if (type === 'object' && additionalProperties === undefined) open.push(value);
      return value;
    });
    expect(open).toEqual([]);
  });

  it('agrees with the server about what may be asked', async () => {
    const socket = await app.connect();
    const { cursor } = await realtimeStats(app);
    const requests: [string, unknown][] = [
      [SUBSCRIBE, GENERAL],
      [SUBSCRIBE, { type: 'vendor', vendorId: 'vnd_1' }],
      [SUBSCRIBE, { type: 'category', category: 'leafy-greens', since: cursor }],
      [UNSUBSCRIBE, { type: 'category', category: 'leafy-greens' }],
      [SUBSCRIBE, {}],
      [SUBSCRIBE, 'general'],
      [SUBSCRIBE, { type: 'market' }],
      [SUBSCRIBE, { ...GENERAL, room: 'x' }],
      [SUBSCRIBE, { ...GENERAL, vendorId: 'vnd_1' }],
      [SUBSCRIBE, { type: 'vendor', vendorId: 'vnd 1' }],
      [SUBSCRIBE, { type: 'category', category: 'Greens' }],
      [SUBSCRIBE, { type: 'category', category: 'a'.repeat(65) }],
      [SUBSCRIBE, { ...GENERAL, since: { epoch: 'x', position: 1 } }],
      [SUBSCRIBE, { ...GENERAL, since: { ...cursor, position: -1 } }],
      [SUBSCRIBE, { ...GENERAL, since: { ...cursor, position: 1.5 } }],
      [UNSUBSCRIBE, { ...GENERAL, since: cursor }],
      [SUBSCRIBE_SERIES, { commodity: 'onion' }],
      [SUBSCRIBE_SERIES, { commodity: 'onion', state: 'Kerala', since: cursor }],
      [UNSUBSCRIBE_SERIES, { commodity: 'onion', state: 'केरल' }],
      [SUBSCRIBE_SERIES, {}],
      [SUBSCRIBE_SERIES, { commodity: 'Onion' }],
      [SUBSCRIBE_SERIES, { commodity: 'onion', state: '' }],
      [SUBSCRIBE_SERIES, { commodity: 'onion', district: 'Pune' }],
      [SUBSCRIBE_SERIES, { commodity: 'onion', since: { ...cursor, position: -1 } }],
      [UNSUBSCRIBE_SERIES, { commodity: 'onion', since: cursor }],
    ];
    const answers: [unknown, boolean, boolean][] = [];
    for (const [name, payload] of requests) {
      const answer = (await socket.emitWithAck(name, payload)) as object;
      answers.push([payload, !('status' in answer), problems(name, payload).length === 0]);
    }
    expect(answers.filter(([, accepted, valid]) => accepted !== valid)).toEqual([]);
    expect(answers.filter(([, accepted]) => accepted)).toHaveLength(7);
    socket.disconnect();
    await waitFor(async () => (await realtimeStats(app)).connections === 0, { what: 'the end of it' });
  });

  it('describes every message there is on the wire', async () => {
    const socket = await app.connect();
    const wire: [string, unknown][] = [];
    socket.onAny((name: string, ...payload: unknown[]) => wire.push([name, payload[0]]));
    const ask = async (name: string, payload: object): Promise<void> => {
      const answer: unknown = await socket.emitWithAck(name, payload);
      wire.push([answerOf(name, answer), answer]);
    };
    const { cursor } = await realtimeStats(app);
    const product = await createProduct(app, { category: 'spices', names: { hi: 'हल्दी' }, description: 'dry' });
    const vendor = { type: 'vendor', vendorId: product.vendorId };
    await delivered(app);
    await ask(SUBSCRIBE, { ...vendor, since: cursor });
    await ask(SUBSCRIBE, { type: 'category', category: 'spices', since: { ...cursor, epoch: newEventId() } });
    await ask(SUBSCRIBE, { ...GENERAL, since: { ...cursor, position: 1e9 } });
    await ask(SUBSCRIBE, { type: 'nothing' });

    const path = `/api/products/${product.id}`;
    await app.request('PATCH', path, { basePrice: 12.5, availability: 'limited', description: null, names: {} });
    await app.request('PATCH', path, { category: 'roots', unit: 'quintal' });
    await app.request('DELETE', path);
    await ask(SUBSCRIBE, { type: 'vendor', vendorId: 'vnd_later' });
    await app.request('POST', '/api/vendors', { id: 'vnd_later', name: 'Later', names: { hi: 'बाद में' } });
    await app.request('PATCH', '/api/vendors/vnd_later', { market: 'Azadpur', languages: ['hi'] });
    await caughtUp(app, { socket, seen: [] });
    await ask(SUBSCRIBE_SERIES, { commodity: 'onion', since: { ...cursor, epoch: newEventId() } });
    await importCsv(app, `${HEADER}\n${priceLine({})}`);
    await waitFor(() => wire.some(([name]) => name === SERIES_UPDATED), { what: 'a point' });
    await ask(UNSUBSCRIBE_SERIES, { commodity: 'onion' });

    const slow = app.app.get<SlowClients, Record<string, (...args: unknown[]) => void>>(SlowClients);
    const [session] = app.app.get(Sessions);
    slow.suspend!(session, 0);
    await waitFor(() => wire.some(([, payload]) => reasonOf(payload) === 'conflated'), { what: 'the slow client' });
    await ask(UNSUBSCRIBE, vendor);

    const refused = io(`${app.url}/inventory`, { transports: ['websocket'], forceNew: true, reconnection: false });
    const error = await new Promise<Error & { data?: unknown }>((done) => refused.once('connect_error', done));
    wire.push([EXCEPTION, error.data]);
    refused.disconnect();

    slow.giveUp!(session, 'Nothing was read');
    await waitFor(() => socket.disconnected, { what: 'the end of the slow client' });
    const last = await connectAgain(socket);
    await app.app.close();
    await waitFor(() => last.disconnected, { what: 'the goodbye' });
    socket.disconnect();

    expect(wire.filter(([name]) => name === CLOSING)).toEqual([[CLOSING, undefined]]);
    expect(document.components.messages[CLOSING]).not.toHaveProperty('payload');
    const sent = wire.filter(([name]) => name !== CLOSING);
    expect(sent.flatMap(([name, payload]) => problems(name, payload))).toEqual([]);
    const requests = [SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE_SERIES, UNSUBSCRIBE_SERIES, CLOSING];
    expect(new Set(sent.map(([name]) => name))).toEqual(new Set(NAMES.filter((name) => !requests.includes(name))));
    const all = (field: string): Set<unknown> => new Set(sent.map(([, payload]) => fieldOf(payload, field)));
    const ofRooms = contracts.EVENT_TYPES.filter((type) => type !== 'price_recorded');
    for (const type of ofRooms) expect(all('eventType')).toContain(type);
    for (const type of contracts.ROOM_TYPES) expect(all('type')).toContain(type);
    for (const reason of ['epoch_changed', 'too_old', 'conflated']) expect(all('reason')).toContain(reason);
    for (const code of ['validation_failed', 'too_many_connections']) expect(all('code')).toContain(code);
    // A field that nobody has described would be noticed, on every level.
    for (const [name, payload] of sent) {
      expect(problems(name, { ...(payload as object), more: 1 })).toHaveLength(1);
      if (name !== NOTIFICATION) continue;
      const event = payload as contracts.InventoryEvent;
      expect(problems(name, { ...event, product: { ...event.product, more: 1 } })).toHaveLength(1);
    }
  });
});

const answerOf = (request: string, answer: unknown): string => {
  if (fieldOf(answer, 'status') === 'error') return EXCEPTION;
  if (request === SUBSCRIBE_SERIES) return SERIES_SUBSCRIBED;
  if (request === UNSUBSCRIBE_SERIES) return SERIES_UNSUBSCRIBED;
  return request === SUBSCRIBE ? SUBSCRIBED : UNSUBSCRIBED;
};
const fieldOf = (payload: unknown, field: string): unknown => (payload as Record<string, unknown> | undefined)?.[field];
const reasonOf = (payload: unknown): unknown => fieldOf(payload, 'reason');

/** The same socket with a new connection; it keeps its listeners. */
async function connectAgain(socket: Socket): Promise<Socket> {
  if (!socket.connected) await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}
