import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditedEvent, InventoryEvent, Vendor } from '../../src/contracts/index.js';
import { InventoryEventService } from '../../src/events/index.js';
import { InventoryService } from '../../src/inventory/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { ofProducts } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { historyOf } from '../support/reading.js';
import { caughtUp, GENERAL, listen } from '../support/rooms.js';

const CSV = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Modal Price\n';

describe('whose change an event is, and what has led to it', () => {
  let app: TestApp;
  let vendor: Vendor;

  beforeAll(async () => {
    app = await startApp();
    vendor = await createVendor(app);
  });
  afterAll(() => app.close());

  const audited = async (query: string): Promise<AuditedEvent[]> =>
    (await app.request<{ events: AuditedEvent[] }>('GET', `/api/events?limit=1000&${query}`)).body.events;
  const originsOf = async (query: string) => (await audited(query)).map(({ actor, cause }) => ({ actor, cause }));
  const asVendor = async () => ({ authorization: await app.token({ role: 'vendor', vendorId: vendor.id }) });
  const product = () => createProduct(app, { vendorId: vendor.id });
  const importFile = (market: string, price: number, headers: Record<string, string> = {}) =>
    app.request<{ importId: string }>(
      'POST',
      '/api/imports/agmarknet',
      `${CSV}Delhi,North,${market},Onion,Red,FAQ,2026-01-05,${price}\n`,
      { 'content-type': 'text/csv', ...headers },
    );

  it('is the token’s, for each way to change products', async () => {
    const { id } = await product();
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 5 }, await asVendor());
    await app.request('PATCH', `/api/products/${id}`, { name: 'Okra' }, await asVendor());
    await app.request('PUT', `/api/products/${id}/availability`, { availability: 'limited' });
    const updates = [{ productId: id, availability: 'available' }];
    await app.request('POST', '/api/products/bulk-availability', { updates }, await asVendor());
    await app.request('DELETE', `/api/products/${id}`);
    const [admin, self] = [
      { kind: 'admin', id: 'admin' },
      { kind: 'vendor', id: vendor.id },
    ];
    const found = await originsOf(`productId=${id}`);
    expect(found.map(({ actor }) => actor)).toEqual([admin, self, self, admin, self, admin]);
    expect(found.map(({ cause }) => cause)).toEqual(found.map(() => ({})));
  });

  it('names the Idempotency-Key of the request, once', async () => {
    const { id } = await product();
    const headers = { ...(await asVendor()), 'idempotency-key': 'order-17' };
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 7, name: 'Okra' }, headers);
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 7, name: 'Okra' }, headers);
    const origin = { actor: { kind: 'vendor', id: vendor.id }, cause: { idempotencyKey: 'order-17' } };
    expect((await originsOf(`productId=${id}`)).slice(1)).toEqual([origin, origin]);
  });

  it('is an import, which its summary and its events name', async () => {
    const first = await importFile('One', 100);
    const second = await importFile('One', 110, { 'idempotency-key': 'monday' });
    const again = await importFile('One', 110, { 'idempotency-key': 'monday' });
    expect(second.body.importId).not.toBe(first.body.importId);
    expect(again.body).toEqual(second.body);
    const actor = { kind: 'import', id: 'admin' };
    const events = (await audited('')).filter(({ cause }) => cause.importId !== undefined);
    expect(ofProducts(events).map(({ eventType }) => eventType)).toEqual(['product_created', 'price_changed']);
    for (const event of events) expect(event.actor).toEqual(actor);
    const [last] = events.slice(-1);
    expect(last!.cause).toEqual({ importId: second.body.importId, idempotencyKey: 'monday' });
    expect(new Set(events.map(({ cause }) => cause.importId))).toEqual(
      new Set([first.body.importId, second.body.importId]),
    );
  });

  it('is code in the process, by a name of its own if it has one', async () => {
    const inventory = app.app.get(InventoryService);
    const { id } = await inventory.createProduct({ vendorId: vendor.id, name: 'Okra', category: 'x', basePrice: 1 });
    const actor = { kind: 'library', id: 'night-job' } as const;
    await inventory.updateProduct(id, { basePrice: 2 }, { actor, cause: { importId: 'imp_night' } });
    const last = await inventory.getProduct(id);
    await app.app.get(InventoryEventService).publishInventoryUpdate({
      ...{ eventType: 'product_updated', productId: id, vendorId: vendor.id, category: 'x', product: last },
    });
    const library = { kind: 'library', id: 'library' };
    expect(await originsOf(`productId=${id}`)).toEqual([
      { actor: library, cause: {} },
      { actor, cause: { importId: 'imp_night' } },
      { actor: library, cause: {} },
    ]);
    await expect(
      inventory.updateProduct(id, { basePrice: 3 }, { actor: { kind: 'library', id: 'nul \0' } }),
    ).rejects.toMatchObject({ code: 'validation_failed', fields: [{ field: 'actor' }] });
  });

  it('is for admins alone: histories, rooms and subscribers get events without it', async () => {
    const { id } = await product();
    const listener = await listen(app, GENERAL, { type: 'vendor', vendorId: vendor.id });
    const { epoch, position } = app.app.get(InventoryEventService).cursor;
    const heard: InventoryEvent[] = [];
    app.app.get(InventoryEventService).subscribe({ subscriberId: 'test', callback: (event) => void heard.push(event) });
    const headers = { ...(await asVendor()), 'idempotency-key': 'order-18' };
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 8 }, headers);
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 9 }, await asVendor());
    await caughtUp(app, listener);
    await waitFor(() => heard.length === 2, { what: 'both events' });
    const returning = await app.connect();
    const replayed: InventoryEvent[] = [];
    returning.on('inventory_notification', (event: InventoryEvent) => replayed.push(event));
    await returning.emitWithAck('subscribe_inventory', { ...GENERAL, since: { epoch, position } });

    const events = await audited(`productId=${id}`);
    expect(events.map(({ actor }) => actor?.kind)).toEqual(['admin', 'vendor', 'vendor']);
    const open = events.map(({ actor: _actor, ...event }) => event);
    expect(await historyOf(app, id)).toEqual(open);
    for (const seen of [heard, listener.seen, replayed]) expect(seen).toEqual(open.slice(1));
    const asked = { authorization: (await asVendor()).authorization };
    expect((await app.request('GET', '/api/events', undefined, asked)).status).toBe(403);
  });
});
