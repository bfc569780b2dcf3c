import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryEvent, Page, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { readLog } from '../support/reading.js';

/** The main job in one walk: a change is committed with its event, ordered, carried, found and seen. */
describe('the spine', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('brings a change to the log, to search in any script, and once to every room', async () => {
    const vendor = await createVendor(app, { name: 'Azadpur', state: 'Delhi' });
    const product = await createProduct(app, {
      vendorId: vendor.id,
      name: 'Onion',
      names: { hi: 'प्याज' },
      basePrice: 2400,
    });

    const socket = await app.connect();
    const seen: InventoryEvent[] = [];
    socket.on('inventory_notification', (event: InventoryEvent) => seen.push(event));
    for (const room of [
      { type: 'vendor', vendorId: vendor.id },
      { type: 'category', category: 'vegetables' },
      { type: 'general' },
    ]) {
      expect(await socket.emitWithAck('subscribe_inventory', room)).toMatchObject({ ...room, recovered: false });
    }

    const changed = await app.request<Product>('PATCH', `/api/products/${product.id}`, {
      basePrice: 2500.5,
      availability: 'limited',
      name: 'Red onion',
    });
    expect(changed).toMatchObject({ status: 200, body: { version: 2, basePrice: 2500.5 } });
    await waitFor(() => seen.length >= 3, { timeoutMs: 5_000, what: 'the notifications' });

    expect(seen.map(({ eventType }) => eventType).sort()).toEqual([
      'availability_changed',
      'price_changed',
      'product_updated',
    ]);
    expect(new Set(seen.map(({ version }) => version))).toEqual(new Set([2]));
    expect(new Set(seen.map(({ correlationId }) => correlationId)).size).toBe(1);
    const log = await readLog(app);
    expect(log.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
    expect(log.slice(2)).toEqual(seen);

    for (const q of ['onion', 'red', 'प्याज', 'pyaz', 'pyaaz', 'oni', 'வெங்காயம்']) {
      const page = await app.request<Page<Product>>('GET', `/api/products/search?q=${encodeURIComponent(q)}`);
      expect([q, page.body.items.map(({ id }) => id)]).toEqual([q, [product.id]]);
      expect(page.body).toMatchObject({ position: 5, nextCursor: null });
      expect(page.headers.get('x-cache')).toMatch(/^(MISS|BYPASS)$/);
    }
  });
});
