import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditedEvent, InventoryEvent, Vendor, VendorEvent } from '../../src/contracts/index.js';
import { verifyLog } from '../../src/cli/verify-log.js';
import { InventoryEventService } from '../../src/events/index.js';
import { VendorService } from '../../src/inventory/index.js';
import { HEADER, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { caughtUp, delivered, GENERAL, listen } from '../support/rooms.js';
import { withClient } from '../support/with-client.js';

describe('events of vendors', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { REGION: 'south-1' } });
  });
  afterAll(async () => {
    const report = await withClient(app.database.url, verifyLog);
    await app.close();
    expect(report).toMatchObject({ holes: 0, pending: 0, versionBreaks: [], differences: [] });
  });

  const read = async (query: string): Promise<AuditedEvent[]> =>
    (await app.request<{ events: AuditedEvent[] }>('GET', `/api/events?limit=1000&${query}`)).body.events;
  const historyOf = async ({ id }: Vendor) => (await read(`vendorId=${id}`)) as (VendorEvent & AuditedEvent)[];
  const patch = (id: string, fields: object, headers: Record<string, string> = {}) =>
    app.request<Vendor>('PATCH', `/api/vendors/${id}`, fields, headers);

  it('have every member of the contract, with the state after the change', async () => {
    const vendor = await createVendor(app, { name: 'Azadpur', names: { hi: 'आज़ादपुर' }, state: 'Delhi' });
    const { body: next } = await patch(vendor.id, { name: 'Azadpur', languages: ['hi'], district: 'North' });
    const common = {
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      epoch: app.app.get(InventoryEventService).cursor.epoch,
      position: expect.any(Number),
      ...{ productId: null, vendorId: vendor.id, category: null, product: null, observation: null },
      actor: { kind: 'admin', id: 'admin' },
      cause: {},
      correlationId: expect.stringMatching(/./),
      region: 'south-1',
    };
    expect(await historyOf(vendor)).toEqual([
      {
        ...common,
        ...{ eventType: 'vendor_created', version: 1, changes: [], vendor, occurredAt: vendor.createdAt },
      },
      {
        ...common,
        ...{ eventType: 'vendor_updated', version: 2, vendor: next, occurredAt: next.updatedAt },
        changes: [
          { field: 'languages', oldValue: [], newValue: ['hi'] },
          { field: 'district', oldValue: null, newValue: 'North' },
        ],
      },
    ]);
  });

  it('are in one order with those of the vendor’s products', async () => {
    const vendor = await createVendor(app);
    const { id } = await createProduct(app, { vendorId: vendor.id });
    await patch(vendor.id, { market: 'A' });
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 3 });
    await patch(vendor.id, { market: 'B' });
    const events = await historyOf(vendor);
    expect(events.map(({ eventType, version }) => `${eventType} ${version}`)).toEqual([
      ...['vendor_created 1', 'product_created 1', 'vendor_updated 2', 'price_changed 2', 'vendor_updated 3'],
    ]);
    const updates = await read(`vendorId=${vendor.id}&eventType=vendor_updated`);
    expect(updates).toEqual(events.filter(({ eventType }) => eventType === 'vendor_updated'));
  });

  it('exist if and only if something has changed', async () => {
    const vendor = await createVendor(app, { id: 'vnd_once', name: 'Once' });
    expect((await patch(vendor.id, { name: 'Once', languages: [] })).body).toEqual(vendor);
    expect((await app.request('POST', '/api/vendors', { id: vendor.id, name: 'Twice' })).status).toBe(409);
    expect((await patch(vendor.id, { name: 'Twice' }, { 'if-match': '"7"' })).status).toBe(412);
    expect((await patch(vendor.id, { name: 'x'.repeat(1_000) })).status).toBe(400);
    expect(await historyOf(vendor)).toHaveLength(1);
  });

  it('are one for each version, whoever writes at the same time', async () => {
    const vendor = await createVendor(app);
    const names = Array.from({ length: 12 }, (_none, index) => `Name ${index}`);
    await Promise.all(names.map((name) => patch(vendor.id, { name })));
    const events = await historyOf(vendor);
    expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 13 }, (_none, index) => index + 1));
    let { name } = vendor;
    for (const { changes, vendor: after } of events.slice(1)) {
      expect(changes).toEqual([{ field: 'name', oldValue: name, newValue: after.name }]);
      ({ name } = after);
    }
  });

  it('say who and by which request, and a repetition makes none', async () => {
    const vendor = await createVendor(app);
    const authorization = await app.token({ role: 'vendor', vendorId: vendor.id });
    const headers = { authorization, 'idempotency-key': 'rename' };
    for (let time = 0; time < 2; time += 1) await patch(vendor.id, { name: 'Renamed' }, headers);
    await app.app.get(VendorService).update(vendor.id, { name: 'By code' });
    expect((await historyOf(vendor)).slice(1).map(({ actor, cause }) => ({ actor, cause }))).toEqual([
      { actor: { kind: 'vendor', id: vendor.id }, cause: { idempotencyKey: 'rename' } },
      { actor: { kind: 'library', id: 'library' }, cause: {} },
    ]);
  });

  it.each([undefined, 'with-vendors'])('of an import name it (Idempotency-Key %s)', async (key) => {
    const markets = ['North', 'South'].map((market) => `${market} ${key ?? 'unkeyed'}`);
    const lines = markets.flatMap((market) => [
      priceLine({ market, commodity: 'Onion', price: 100 }),
      priceLine({ market, commodity: 'Potato', price: 200 }),
    ]);
    const headers = { 'content-type': 'text/csv', ...(key !== undefined && { 'idempotency-key': key }) };
    const csv = [HEADER, ...lines].join('\n');
    const { body } = await app.request<{ importId: string }>('POST', '/api/imports/agmarknet', csv, headers);
    await app.request('POST', '/api/imports/agmarknet', csv, headers);
    const made = (await read('eventType=vendor_created')).filter(({ cause }) => cause.importId === body.importId);
    expect(made.map(({ vendor }) => vendor?.name).sort()).toEqual(markets);
    for (const { actor, cause, vendorId, position } of made) {
      expect(actor).toEqual({ kind: 'import', id: 'admin' });
      expect(cause).toEqual({ importId: body.importId, ...(key !== undefined && { idempotencyKey: key }) });
      const products = await read(`vendorId=${vendorId}&eventType=product_created`);
      expect(products).toHaveLength(2);
      for (const product of products) expect(product.position).toBeGreaterThan(position);
    }
    expect(await read(`eventType=vendor_created&vendorId=${made[0]!.vendorId}`)).toHaveLength(1);
  });

  it('reach the vendor’s own room, live and again, and subscribers that ask for them', async () => {
    const [vendor, other] = [await createVendor(app), await createVendor(app)];
    const product = await createProduct(app, { vendorId: vendor.id, category: 'spices' });
    await delivered(app);
    const service = app.app.get(InventoryEventService);
    const { cursor } = service;
    const room = { type: 'vendor', vendorId: vendor.id };
    const elsewhere = [GENERAL, { type: 'category', category: 'spices' }, { type: 'vendor', vendorId: other.id }];
    const inRoom = await listen(app, room);
    const notInRoom = await listen(app, ...elsewhere);
    const heard: InventoryEvent[] = [];
    service.subscribe({
      subscriberId: 'vendors',
      eventTypes: ['vendor_updated'],
      callback: (event) => void heard.push(event),
    });

    await patch(vendor.id, { name: 'Known to its room' });
    await app.request('PATCH', `/api/products/${product.id}`, { basePrice: 5 });
    await caughtUp(app, inRoom);
    await caughtUp(app, notInRoom);
    await waitFor(() => heard.length === 1, { what: 'the subscriber' });
    const expected = (await historyOf(vendor)).slice(-2).map(({ actor: _actor, ...event }) => event);
    expect(inRoom.seen).toEqual(expected);
    expect(heard).toEqual(expected.slice(0, 1));
    expect(notInRoom.seen).toEqual(expected.slice(1));

    for (const [rooms, replayed] of [
      [[room], expected],
      [elsewhere, expected.slice(1)],
    ] as const) {
      const returning = await listen(app);
      const answers = rooms.map((one) =>
        returning.socket.emitWithAck('subscribe_inventory', { ...one, since: cursor }),
      );
      for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ recovered: true });
      expect(returning.seen).toEqual(replayed);
    }
  });
});
