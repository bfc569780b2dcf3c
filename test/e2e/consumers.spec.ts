import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createInventoryClient } from '../../src/client/index.js';
import type { ConsumerState, InventoryEvent, LeasedEvents, ParkedEvent } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { positionsOf } from '../support/events.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/processes.js';
import { readLog } from '../support/reading.js';
import { bearer } from '../support/tokens.js';

/** G12 over HTTP: leases, acknowledgements, retries, seeks. */
describe('consumers over HTTP', () => {
  let app: TestApp;
  let service: string;
  let serial = 0;

  beforeAll(async () => {
    app = await startApp();
    service = await bearer({ role: 'service' });
  });
  afterAll(() => app.close());

  const create = async (fields: Record<string, unknown> = {}): Promise<string> => {
    serial += 1;
    const name = `consumer-${serial}`;
    const { status, body } = await app.request('POST', '/api/consumers', { name, ...fields });
    expect({ status, body }).toMatchObject({ status: 201 });
    return name;
  };
  const take = async (name: string, query = ''): Promise<LeasedEvents> => {
    const path = `/api/consumers/${name}/events${query}`;
    const { status, body } = await app.request<LeasedEvents>('GET', path, undefined, { authorization: service });
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };
  const ack = (name: string, body: object) =>
    app.request('POST', `/api/consumers/${name}/ack`, body, { authorization: service });
  const acked = async (name: string, { lease, position }: LeasedEvents): Promise<void> =>
    expect((await ack(name, { lease, position })).status).toBe(204);
  const state = async (name: string): Promise<ConsumerState> =>
    (await app.request<ConsumerState>('GET', `/api/consumers/${name}`)).body;
  const expire = (name: string) =>
    app.app.get(SqlClient).query(
      {
        name: 'test-expire',
        text: `UPDATE consumer_partitions SET lease_until = clock_timestamp() WHERE consumer = $1`,
      },
      [name],
    );
  /** Whatever is due for another attempt later is due now. */
  const hurry = (name: string) =>
    app.app.get(SqlClient).query(
      {
        name: 'test-hurry',
        text: `UPDATE consumer_failures SET next_attempt_at = clock_timestamp()
               WHERE consumer = $1 AND next_attempt_at IS NOT NULL`,
      },
      [name],
    );
  const changePrices = async (productId: string, ...prices: number[]): Promise<void> => {
    for (const basePrice of prices) await app.request('PATCH', `/api/products/${productId}`, { basePrice });
  };

  it('give each event of the filter once, in order, as they are acknowledged', async () => {
    const vendor = await createVendor(app);
    const onion = await createProduct(app, { vendorId: vendor.id });
    await createProduct(app, { category: 'fruits' });
    const name = await create({ from: 'beginning', filter: { vendorIds: [vendor.id] } });
    await changePrices(onion.id, 1, 2, 3);
    const expected = (await readLog(app)).filter(({ vendorId }) => vendorId === vendor.id);
    const seen: InventoryEvent[] = [];
    for (let leased = await take(name, '?max=2'); leased.lease; leased = await take(name, '?max=2')) {
      expect(leased.events.length).toBeLessThanOrEqual(2);
      seen.push(...leased.events);
      await acked(name, leased);
    }
    expect(seen).toEqual(expected);
    expect(await state(name)).toMatchObject({ lag: 0, owner: null, failing: 0, parked: 0, kind: 'http' });
  });

  it('lease to one client at a time; what was not acknowledged comes again when the lease has ended', async () => {
    const product = await createProduct(app);
    const name = await create({ filter: { vendorIds: [product.vendorId] } });
    await changePrices(product.id, 1, 2, 3);
    const first = await take(name);
    expect(first.events).toHaveLength(3);
    expect(await take(name)).toMatchObject({ lease: null, events: [] });
    expect(await state(name)).toMatchObject({ owner: 'service' });
    // The first is done, and the lease goes on.
    expect((await ack(name, { lease: first.lease, position: first.events[0]!.position })).status).toBe(204);
    expect((await ack(name, { lease: first.lease, position: 0 })).status).toBe(204);
    expect(await take(name)).toMatchObject({ lease: null });
    await expire(name);
    expectProblem(await ack(name, { lease: first.lease, position: first.position }), 409, 'lease_lost');
    const again = await take(name);
    expect(again.events).toEqual(first.events.slice(1));
    expectProblem(await ack(name, { lease: again.lease, position: again.position + 1 }), 400, 'validation_failed');
    expectProblem(await ack(name, { lease: again.lease }), 400, 'validation_failed');
    await acked(name, again);
    expectProblem(await ack(name, { lease: again.lease, position: again.position }), 409, 'lease_lost');
    expect(await take(name)).toMatchObject({ lease: null, events: [] });
  });

  it('wait for events, and for a lease that ends', async () => {
    const product = await createProduct(app);
    const name = await create({ filter: { eventTypes: ['price_changed'], vendorIds: [product.vendorId] } });
    const waiting = take(name, '?waitSeconds=20');
    await app.request('PATCH', `/api/products/${product.id}`, { name: 'No price' });
    await changePrices(product.id, 7);
    const leased = await waiting;
    expect(leased.events).toMatchObject([{ productId: product.id, eventType: 'price_changed' }]);
    const other = take(name, '?waitSeconds=20');
    await expire(name);
    expect((await other).events).toEqual(leased.events);
    expect(await take(name, '?waitSeconds=1')).toMatchObject({ lease: null, events: [] });
  });

  it('try what has failed again, hold back its product, park it, and go on when it is retried or dropped', async () => {
    const vendor = await createVendor(app);
    const [onion, mango] = [
      await createProduct(app, { vendorId: vendor.id }),
      await createProduct(app, { vendorId: vendor.id }),
    ];
    const filter = { vendorIds: [vendor.id], eventTypes: ['price_changed'] };
    const name = await create({ filter, maxAttempts: 2, onFailure: 'block' });
    for (const price of [1, 2]) for (const { id } of [onion, mango]) await changePrices(id, price);
    const first = await take(name);
    const [poison, , behind] = first.events;
    expect(first.events.map(({ productId }) => productId)).toEqual([onion.id, mango.id, onion.id, mango.id]);
    const failed = (eventId: string) => ({ failed: { eventId, error: 'It fails' } });
    expect((await ack(name, { lease: first.lease, ...failed(poison!.eventId) })).status).toBe(204);
    expectProblem(await ack(name, { lease: first.lease, ...failed(crypto.randomUUID()) }), 400, 'validation_failed');
    await acked(name, first);
    expect(await state(name)).toMatchObject({ failing: 1, failingSince: expect.any(String), lag: 0 });
    // Neither what waits for its attempt nor what waits behind it.
    await changePrices(onion.id, 3);
    await changePrices(mango.id, 3);
    const rest = await take(name);
    expect(rest.events.map(({ productId }) => productId)).toEqual([mango.id]);
    await acked(name, rest);

    await hurry(name);
    const second = await take(name);
    expect(second.events).toEqual([poison]);
    expect((await ack(name, { lease: second.lease, ...failed(poison!.eventId) })).status).toBe(204);
    const parked = await app.request<{ events: ParkedEvent[] }>('GET', `/api/consumers/${name}/parked`);
    expect(parked.body.events).toMatchObject([
      { eventId: poison!.eventId, position: poison!.position, key: onion.id, attempts: 2, error: 'It fails' },
    ]);
    expect(await take(name)).toMatchObject({ lease: null });

    const path = `/api/consumers/${name}/parked/${poison!.eventId}`;
    expect((await app.request('POST', `${path}/retry`)).status).toBe(204);
    const third = await take(name);
    expect(third.events).toEqual([poison]);
    await acked(name, third);
    // What has waited comes in its order, one by one.
    const followers: InventoryEvent[] = [];
    for (let leased = await take(name); leased.lease; leased = await take(name)) {
      followers.push(...leased.events);
      await acked(name, leased);
    }
    expect(followers.map(({ productId, position }) => [productId, position])).toEqual([
      [onion.id, behind!.position],
      [onion.id, expect.any(Number)],
    ]);
    expect(await state(name)).toMatchObject({ failing: 0, parked: 0, lag: 0 });
    expectProblem(await app.request('DELETE', path), 404, 'parked_event_not_found');
  });

  it('serve the client library, which tries again what its handler throws at', async () => {
    const vendor = await createVendor(app);
    const onion = await createProduct(app, { vendorId: vendor.id });
    const mango = await createProduct(app, { vendorId: vendor.id });
    const filter = { vendorIds: [vendor.id], eventTypes: ['price_changed'] };
    const name = await create({ filter, onFailure: 'block' });
    const client = createInventoryClient({ url: app.url, token: service.replace('Bearer ', '') });
    const seen: string[] = [];
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error.message));
    const consuming = client.consume(name, ({ product }) => {
      if (product!.basePrice === 1 && errors.length === 0) throw new Error('not now');
      seen.push(`${product!.id === onion.id ? 'onion' : 'mango'} ${product!.basePrice}`);
    });
    for (const price of [1, 2]) for (const { id } of [onion, mango]) await changePrices(id, price);
    await waitFor(() => seen.length === 4, { what: 'all of them' });
    await consuming.close();
    client.close();
    expect(errors).toEqual(['not now']);
    expect(seen.filter((one) => one.startsWith('onion'))).toEqual(['onion 1', 'onion 2']);
    expect(seen.filter((one) => one.startsWith('mango'))).toEqual(['mango 1', 'mango 2']);
    await waitFor(async () => (await state(name)).lag === 0, { what: 'the acknowledgement' });
    expect(await state(name)).toMatchObject({ failing: 0, parked: 0 });
  });

  it('drop what is parked, and seek', async () => {
    const product = await createProduct(app);
    const name = await create({ filter: { vendorIds: [product.vendorId] }, maxAttempts: 1 });
    await changePrices(product.id, 1, 2);
    const leased = await take(name);
    const [first, second] = leased.events;
    await ack(name, { lease: leased.lease, failed: { eventId: first!.eventId, error: 'no' } });
    await acked(name, leased);
    expect(await state(name)).toMatchObject({ parked: 1 });
    const health = () => app.request<{ parts: Record<string, unknown> }>('GET', '/health');
    await waitFor(async () => 'consumers' in (await health()).body.parts, { what: 'health to know' });
    expect((await health()).body).toMatchObject({
      status: 'degraded',
      parts: { consumers: { status: 'degraded', detail: `${name} has 1 parked events` } },
    });
    expect((await app.request('DELETE', `/api/consumers/${name}/parked/${first!.eventId}`)).status).toBe(204);
    // One that was dropped makes room for the next at the first look, which the second one finds.
    await take(name);
    const behind = await take(name);
    expect(behind.events).toEqual([second]);

    const seek = (to: unknown) =>
      app.request<ConsumerState>('POST', `/api/consumers/${name}/seek`, JSON.stringify(to), {
        'content-type': 'application/json',
      });
    expect((await seek('beginning')).body).toMatchObject({ position: 0, failing: 0, parked: 0, owner: null });
    expectProblem(await ack(name, { lease: behind.lease, position: behind.position }), 409, 'lease_lost');
    const all = await take(name);
    expect(positionsOf(all.events).at(-1)).toBe(second!.position);
    expect(all.events).toHaveLength(4);
    expect((await seek({ position: first!.position })).body).toMatchObject({ position: first!.position });
    expect((await take(name)).events).toEqual([second]);
    expect((await seek('now')).body).toMatchObject({ lag: 0 });
    expect((await seek({ time: second!.occurredAt })).body.position).toBeLessThan(second!.position);
    for (const bad of ['then', {}, { position: -1 }, { position: Number.MAX_SAFE_INTEGER }, { time: 'noon' }]) {
      expectProblem(await seek(bad), 400, 'validation_failed');
    }
  });

  it('are paused, listed and deleted', async () => {
    const product = await createProduct(app);
    const name = await create({ filter: { vendorIds: [product.vendorId] } });
    await changePrices(product.id, 1);
    const leased = await take(name);
    expect((await app.request('PATCH', `/api/consumers/${name}`, { paused: true })).body).toMatchObject({
      paused: true,
    });
    expectProblem(await ack(name, { lease: leased.lease, position: leased.position }), 409, 'lease_lost');
    expect(await take(name)).toMatchObject({ lease: null });
    await app.request('PATCH', `/api/consumers/${name}`, { paused: false });
    expect((await take(name)).events).toEqual(leased.events);
    const { body } = await app.request<{ consumers: ConsumerState[] }>('GET', '/api/consumers');
    expect(body.consumers.find((one) => one.name === name)).toMatchObject({ lag: 1, owner: 'service' });
    await waitFor(async () => (await metrics()).includes(`inventory_consumer_lag_positions{consumer="${name}"} 1`), {
      what: 'the lag among the metrics',
    });
    expect((await app.request('DELETE', `/api/consumers/${name}`)).status).toBe(204);
    expectProblem(await app.request('GET', `/api/consumers/${name}/events`), 404, 'consumer_not_found');
  });

  const metrics = async (): Promise<string> => (await app.request<string>('GET', '/metrics')).body;

  it('are for admins, but for consuming, which a service may, and nothing else', async () => {
    const name = await create();
    const refused: [string, string][] = [
      ['GET', '/api/consumers'],
      ['GET', `/api/consumers/${name}`],
      ['DELETE', `/api/consumers/${name}`],
      ['GET', '/api/events'],
      ['POST', '/api/vendors'],
      ['POST', '/api/products'],
      ['DELETE', '/api/cache'],
    ];
    for (const [method, path] of refused) {
      expectProblem(await app.request(method, path, undefined, { authorization: service }), 403, 'forbidden');
    }
    const vendor = await bearer({ role: 'vendor', vendorId: 'vnd_1' });
    const path = `/api/consumers/${name}/events`;
    expectProblem(await app.request('GET', path, undefined, { authorization: vendor }), 403, 'forbidden');
  });
});
