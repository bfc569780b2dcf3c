import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryEvent, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
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
    onion = await createProduct(app, { category: 'vegetables' }); // 1
    mango = await createProduct(app, { category: 'fruits' }); // 2
    await app.request('PATCH', `/api/products/${onion.id}`, { basePrice: 5 }); // 3
    await app.request('PATCH', `/api/products/${mango.id}`, { category: 'dry-fruits' }); // 4
    await app.request('PUT', `/api/products/${onion.id}/availability`, { availability: 'limited' }); // 5
    await app.request('DELETE', `/api/products/${mango.id}`); // 6
  });
  afterAll(() => app.close());

  it('has every event that was acknowledged, contiguous from 1, of one epoch', async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(body).toMatchObject({ nextAfter: 6, lastPosition: 6, epoch: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(body.events.map(({ position, eventType, version }) => [position, eventType, version])).toEqual([
      [1, 'product_created', 1],
      [2, 'product_created', 1],
      [3, 'price_changed', 2],
      [4, 'product_updated', 2],
      [5, 'availability_changed', 3],
      [6, 'product_deleted', 3],
    ]);
    expect(new Set(body.events.map(({ epoch }) => epoch))).toEqual(new Set([body.epoch]));
  });

  it('is read page by page with nextAfter', async () => {
    const first = (await read('?limit=4')).body;
    expect(first).toMatchObject({ nextAfter: 4, lastPosition: 6 });
    const second = (await read(`?limit=4&after=${first.nextAfter}&epoch=${first.epoch}`)).body;
    expect(second).toMatchObject({ nextAfter: 6, lastPosition: 6 });
    expect([...first.events, ...second.events].map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await read('?after=6')).body).toMatchObject({ events: [], nextAfter: 6 });
  });

  it('filters by product, vendor, category, kind, and all of them together', async () => {
    expect(await positions(`?productId=${onion.id}`)).toEqual([1, 3, 5]);
    expect(await positions(`?vendorId=${mango.vendorId}`)).toEqual([2, 4, 6]);
    expect(await positions('?category=fruits')).toEqual([2]);
    expect(await positions('?category=dry-fruits')).toEqual([4, 6]);
    expect(await positions('?eventType=product_created')).toEqual([1, 2]);
    expect(await positions(`?productId=${onion.id}&category=vegetables&eventType=price_changed&after=1`)).toEqual([3]);
    expect(await positions('?productId=prd_none')).toEqual([]);
  });

  it('does not make a filtering reader look at the same stretch again', async () => {
    const { body } = await read('?eventType=price_changed&limit=1');
    expect(body).toMatchObject({ nextAfter: 3, lastPosition: 6 });
    expect((await read('?eventType=price_changed&limit=1&after=3')).body).toMatchObject({ events: [], nextAfter: 6 });
  });

  it('says 410 to a cursor of another database', async () => {
    const answer = await read('?after=3&epoch=0191d2f6-7c1e-7000-8000-000000000000');
    expectProblem(answer, 410, 'epoch_changed');
  });

  it('counts', async () => {
    const { epoch } = (await read()).body;
    const { status, body } = await app.request('GET', '/api/events/stats');
    expect(status).toBe(200);
    expect(body).toMatchObject({ epoch, lastPosition: 6, backlog: 0, leader: true, busConnected: true });
    expect(body.delivered).toMatchObject({ total: 6, byType: { product_created: 2, price_changed: 1 } });
  });
});
