import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryEvent, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { contiguous, positionsOf } from '../support/events.js';
import { expectProblem } from '../support/problems.js';

interface EventsPage {
  epoch: string;
  events: InventoryEvent[];
  nextAfter: number;
  lastPosition: number;
}

describe('GET /events', () => {
  let app: TestApp;
  let onion: Product;
  let mango: Product;

  const read = (query = '') => app.request<EventsPage>('GET', `/api/events${query}`);
  const positions = async (query: string) => (await read(query)).body.events.map(({ position }) => position);

  beforeAll(async () => {
    app = await startApp();
    // Each with a vendor of its own, whose creation comes before it.
    onion = await createProduct(app, { category: 'vegetables' }); // 1, 2
    mango = await createProduct(app, { category: 'fruits' }); // 3, 4
    await app.request('PATCH', `/api/products/${onion.id}`, { basePrice: 5 }); // 5
    await app.request('PATCH', `/api/products/${mango.id}`, { category: 'dry-fruits' }); // 6
    await app.request('PUT', `/api/products/${onion.id}/availability`, { availability: 'limited' }); // 7
    await app.request('PATCH', `/api/vendors/${mango.vendorId}`, { name: 'Mango House' }); // 8
    await app.request('DELETE', `/api/products/${mango.id}`); // 9
  });
  afterAll(() => app.close());

  it('has every event that was acknowledged, contiguous from 1, of one epoch', async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(body).toMatchObject({ nextAfter: 9, lastPosition: 9, epoch: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(body.events.map(({ position, eventType, version }) => [position, eventType, version])).toEqual([
      [1, 'vendor_created', 1],
      [2, 'product_created', 1],
      [3, 'vendor_created', 1],
      [4, 'product_created', 1],
      [5, 'price_changed', 2],
      [6, 'product_updated', 2],
      [7, 'availability_changed', 3],
      [8, 'vendor_updated', 2],
      [9, 'product_deleted', 3],
    ]);
    expect(new Set(body.events.map(({ epoch }) => epoch))).toEqual(new Set([body.epoch]));
  });

  it('is read page by page with nextAfter', async () => {
    const first = (await read('?limit=4')).body;
    expect(first).toMatchObject({ nextAfter: 4, lastPosition: 9 });
    const second = (await read(`?limit=9&after=${first.nextAfter}&epoch=${first.epoch}`)).body;
    expect(second).toMatchObject({ nextAfter: 9, lastPosition: 9 });
    expect(positionsOf([...first.events, ...second.events])).toEqual(contiguous(0, 9));
    expect((await read('?after=9')).body).toMatchObject({ events: [], nextAfter: 9 });
  });

  it('filters by product, vendor, category, kind, and all of them together', async () => {
    expect(await positions(`?productId=${onion.id}`)).toEqual([2, 5, 7]);
    expect(await positions(`?vendorId=${mango.vendorId}`)).toEqual([3, 4, 6, 8, 9]);
    expect(await positions('?category=fruits')).toEqual([4]);
    expect(await positions('?category=dry-fruits')).toEqual([6, 9]);
    expect(await positions('?eventType=product_created')).toEqual([2, 4]);
    expect(await positions(`?vendorId=${mango.vendorId}&eventType=vendor_updated`)).toEqual([8]);
    expect(await positions('?eventType=price_recorded')).toEqual([]);
    expect(await positions(`?productId=${onion.id}&category=vegetables&eventType=price_changed&after=1`)).toEqual([5]);
    expect(await positions('?productId=prd_none')).toEqual([]);
  });

  it('does not make a filtering reader look at the same stretch again', async () => {
    const { body } = await read('?eventType=price_changed&limit=1');
    expect(body).toMatchObject({ nextAfter: 5, lastPosition: 9 });
    expect((await read('?eventType=price_changed&limit=1&after=5')).body).toMatchObject({ events: [], nextAfter: 9 });
  });

  it('says 410 to a cursor of another database', async () => {
    const answer = await read('?after=3&epoch=0191d2f6-7c1e-7000-8000-000000000000');
    expectProblem(answer, 410, 'epoch_changed');
  });

  it('counts', async () => {
    const { epoch } = (await read()).body;
    const { status, body } = await app.request('GET', '/api/events/stats');
    expect(status).toBe(200);
    expect(body).toMatchObject({ epoch, lastPosition: 9, backlog: 0, leader: true, busConnected: true });
    expect(body.delivered).toMatchObject({
      total: 9,
      byType: { product_created: 2, price_changed: 1, vendor_created: 2 },
    });
  });
});
