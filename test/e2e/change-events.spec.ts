import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { InventoryEvent, Product } from '../../src/contracts/index.js';
import { EventLog, INVENTORY_EVENT, AwaitSequenced } from '../../src/events/index.js';
import { PendingEvents } from '../../src/events/sequencer/pending-events.js';
import { Sequencer } from '../../src/events/sequencer/sequencer.js';
import { InventoryService } from '../../src/inventory/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { historyOf } from '../support/reading.js';

/** What a change leaves in the log. */
describe('events of changes', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { REGION: 'south-1' } });
  });
  afterAll(() => app.close());

  const patch = (id: string, body: unknown, correlationId = 'test-1') =>
    app.request<Product>('PATCH', `/api/products/${id}`, body, { 'x-correlation-id': correlationId });

  it('exist for each version, also of a caller in the process whose price is two decimals but for noise', async () => {
    const { id } = await createProduct(app, { basePrice: 12.3 });
    await app.app.get(InventoryService).updateProduct(id, { basePrice: 4.1 * 3 });
    await app.app.get(InventoryService).updateProduct(id, { basePrice: 0.1 + 0.2 });
    const { body } = await app.request<Product>('GET', `/api/products/${id}`);
    const versions = (await historyOf(app, id)).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: body.version }, (_none, index) => index + 1));
  });

  it('reach this process from its memory as they stand in the log, key by key', async () => {
    const delivered: InventoryEvent[] = [];
    app.app.get(EventEmitter2).on(INVENTORY_EVENT, (event: InventoryEvent) => delivered.push(event));
    const own = app.app.get(PendingEvents);
    const taken = jest.spyOn(own, 'take');
    const inventory = app.app.get(InventoryService);
    const products = await Promise.all(
      Array.from({ length: 6 }, (_none, index) =>
        createProduct(app, { name: `प्याज "${index}"`, names: { ta: 'வெங்காயம்', en: 'Onion 🧅' }, description: null }),
      ),
    );
    const ids = products.map(({ id }) => id);
    await Promise.all([
      ...ids.map((id, index) => patch(id, { basePrice: index + 0.1 })),
      ...ids.map((id) => patch(id, { basePrice: 7, availability: 'limited' })),
      ...ids.map((id) => patch(id, { name: 'Red onion', category: 'spices', basePrice: 1e9 })),
      inventory.updateProduct(ids[0]!, { basePrice: 0.1 + 0.2 }),
      inventory.updateProduct(ids[1]!, { basePrice: 0 }),
      inventory.bulkUpdateAvailability(ids.map((productId) => ({ productId, availability: 'out_of_stock' }))),
    ]);
    await Promise.all(ids.map((id) => inventory.deleteProduct(id)));

    const log = app.app.get(EventLog);
    const last = await app.app.get(AwaitSequenced).all();
    await waitFor(() => delivered.at(-1)?.position === last, { what: 'all events to be delivered' });
    expect(delivered).toEqual(await log.read(delivered[0]!.position - 1, 1_000));
    const fromMemory = await Promise.all(taken.mock.results.map(({ value }) => value as Promise<unknown>));
    expect(fromMemory.filter(Boolean).length).toBeGreaterThan(0);
    expect(own.isEmpty).toBe(true);
  });

  it('are not looked for again when all that was committed has its position', async () => {
    const { id } = await createProduct(app);
    const sequenced = jest.spyOn(app.app.get(Sequencer), 'sequence');
    const writes = 60;
    for (let price = 1; price <= writes; price += 1) await patch(id, { basePrice: price });
    const batches = await Promise.all(sequenced.mock.results.map(({ value }) => value as Promise<unknown[] | null>));
    sequenced.mockRestore();
    expect(batches.filter((batch) => batch?.length === 0).length).toBeLessThan(writes / 2);
  });

  it('has every member of the contract', async () => {
    const product = await createProduct(app);
    const [event] = await historyOf(app, product.id);
    expect(event).toEqual({
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      epoch: expect.stringMatching(/^[0-9a-f-]{36}$/),
      position: expect.any(Number),
      eventType: 'product_created',
      productId: product.id,
      vendorId: product.vendorId,
      category: product.category,
      version: 1,
      changes: [],
      product,
      cause: {},
      observation: null,
      correlationId: expect.stringMatching(/./),
      region: 'south-1',
      occurredAt: product.createdAt,
    });
  });

  it('is one per kind of change, sharing version and correlation id', async () => {
    const { id } = await createProduct(app, { name: 'Onion', unit: 'kg', basePrice: 10 });
    const updates = { basePrice: 11, availability: 'limited', name: 'Red onion', unit: 'quintal' };
    const { body } = await patch(id, updates, 'one-change');
    const events = (await historyOf(app, id)).slice(1);

    const byType = Object.fromEntries(events.map((event) => [event.eventType, event.changes]));
    expect(byType).toEqual({
      price_changed: [{ field: 'basePrice', oldValue: 10, newValue: 11 }],
      availability_changed: [{ field: 'availability', oldValue: 'available', newValue: 'limited' }],
      product_updated: expect.arrayContaining([
        { field: 'name', oldValue: 'Onion', newValue: 'Red onion' },
        { field: 'unit', oldValue: 'kg', newValue: 'quintal' },
      ]),
    });
    expect(events).toHaveLength(3);
    for (const event of events) {
      expect(event).toMatchObject({
        version: 2,
        correlationId: 'one-change',
        product: body,
        occurredAt: body.updatedAt,
      });
    }
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it.each<[string, unknown, string[]]>([
    ['a price', { basePrice: 99.99 }, ['price_changed']],
    ['availability', { availability: 'out_of_stock' }, ['availability_changed']],
    ['a translation', { names: { hi: 'प्याज' } }, ['product_updated']],
    ['a category', { category: 'fruits' }, ['product_updated']],
    ['a price and nothing else of what is sent', { basePrice: 5, availability: 'available' }, ['price_changed']],
  ])('of %s are just those', async (_what, body, types) => {
    const { id } = await createProduct(app);
    await patch(id, body);
    const events = (await historyOf(app, id)).slice(1);
    expect(events.map(({ eventType }) => eventType)).toEqual(types);
  });

  it('keeps a deletion with the last state', async () => {
    const product = await createProduct(app);
    const { body: last } = await patch(product.id, { basePrice: 55 });
    await app.request('DELETE', `/api/products/${product.id}`, undefined, { 'x-correlation-id': 'gone' });
    const events = await historyOf(app, product.id);
    expect(events.map(({ eventType, version }) => [eventType, version])).toEqual([
      ['product_created', 1],
      ['price_changed', 2],
      ['product_deleted', 3],
    ]);
    expect(events.at(-1)).toMatchObject({ changes: [], product: last, correlationId: 'gone' });
  });

  it('is read by pages, oldest first', async () => {
    const { id } = await createProduct(app);
    for (const basePrice of [1, 2, 3, 4]) await patch(id, { basePrice });
    const all = await historyOf(app, id);
    const path = `/api/products/${id}/history`;
    const first = await app.request<{ events: InventoryEvent[]; nextAfter: number }>('GET', `${path}?limit=3`);
    expect(first.body).toEqual({ events: all.slice(0, 3), nextAfter: all[2]!.position });
    const second = await app.request<{ events: InventoryEvent[]; nextAfter: number }>(
      'GET',
      `${path}?after=${first.body.nextAfter}`,
    );
    expect(second.body).toEqual({ events: all.slice(3), nextAfter: all[4]!.position });
    // Beyond the end is not "no such product".
    const end = await app.request('GET', `${path}?after=${second.body.nextAfter}`);
    expect(end).toMatchObject({ status: 200, body: { events: [], nextAfter: second.body.nextAfter } });
  });
});
