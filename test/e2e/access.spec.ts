import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { type Answer, startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { bearer } from '../support/tokens.js';

interface Route {
  method: string;
  path: string;
  body?: unknown;
  type?: string;
}

/** Who may do what, and that who may not leaves no trace. */
describe('access', () => {
  let app: TestApp;
  let mine: Product;
  let other: Product;
  let vendor: string;

  beforeAll(async () => {
    app = await startApp();
    [mine, other] = [await createProduct(app), await createProduct(app)];
    expect(mine.vendorId).not.toBe(other.vendorId);
    vendor = await bearer({ role: 'vendor', vendorId: mine.vendorId });
  });
  afterAll(() => app.close());

  const send = ({ method, path, body, type }: Route, authorization: string): Promise<Answer<unknown>> =>
    app.request(method, `/api${path}`, body, { authorization, ...(type !== undefined && { 'content-type': type }) });

  /** Writes to what belongs to `product`'s vendor. */
  const writesTo = ({ id, vendorId }: Product): Route[] => [
    {
      method: 'POST',
      path: '/products',
      body: { vendorId, sku: 'new', name: 'Chilli', category: 'spices', basePrice: 1 },
    },
    { method: 'PATCH', path: `/products/${id}`, body: { basePrice: 77 } },
    { method: 'PUT', path: `/products/${id}/availability`, body: { availability: 'limited' } },
    {
      method: 'POST',
      path: '/products/bulk-availability',
      body: { updates: [{ productId: id, availability: 'out_of_stock' }] },
    },
    {
      method: 'PUT',
      path: `/vendors/${vendorId}/inventory`,
      body: { items: [{ sku: 'upserted', name: 'Onion', category: 'vegetables', basePrice: 2 }] },
    },
    { method: 'PATCH', path: `/vendors/${vendorId}`, body: { market: 'Azadpur' } },
    { method: 'DELETE', path: `/products/${id}` },
  ];

  const ADMIN_ONLY: Route[] = [
    { method: 'POST', path: '/vendors', body: { name: 'Asha Traders' } },
    { method: 'POST', path: '/imports/agmarknet', body: 'State,District', type: 'text/csv' },
    { method: 'GET', path: '/events' },
    { method: 'GET', path: '/events/stats' },
    { method: 'GET', path: '/events/seals' },
    { method: 'GET', path: '/audit' },
    { method: 'GET', path: '/cache/stats' },
    { method: 'GET', path: '/realtime/stats' },
    { method: 'DELETE', path: '/cache' },
  ];

  const open = (): Route[] => [
    { method: 'GET', path: `/vendors/${mine.vendorId}` },
    { method: 'GET', path: `/vendors/${mine.vendorId}/stats` },
    { method: 'GET', path: '/vendors/search' },
    { method: 'GET', path: `/products/${mine.id}` },
    { method: 'GET', path: `/products/${mine.id}/history` },
    { method: 'GET', path: '/products/search' },
  ];

  /** All that a write could have left behind. */
  const traces = async () => {
    const { body: log } = await app.request<{ lastPosition: number }>('GET', '/api/events?limit=1');
    const states = await Promise.all(
      [mine, other].flatMap(({ id, vendorId }) => [
        app.request<Product>('GET', `/api/products/${id}`),
        app.request<Vendor>('GET', `/api/vendors/${vendorId}`),
      ]),
    );
    const { body: vendors } = await app.request<{ items: Vendor[] }>('GET', '/api/vendors/search?limit=100');
    return { position: log.lastPosition, states: states.map(({ body }) => body), vendors: vendors.items.length };
  };

  it('reading is open to anybody', async () => {
    for (const route of open())
      expect({ ...route, status: (await send(route, '')).status }).toMatchObject({ status: 200 });
  });

  it('anonymous writes are refused on every path, and leave no trace', async () => {
    const before = await traces();
    for (const route of [...writesTo(mine), ...ADMIN_ONLY]) {
      const answer = await send(route, '');
      expectProblem(answer, 401, 'unauthorized');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(await traces()).toEqual(before);
  });

  it("a vendor's writes to another vendor are refused on every path, and leave no trace", async () => {
    const before = await traces();
    for (const route of [...writesTo(other), ...ADMIN_ONLY]) expectProblem(await send(route, vendor), 403, 'forbidden');
    expect(await traces()).toEqual(before);
  });

  it('a bulk request with one product of another vendor does nothing at all', async () => {
    const before = await traces();
    const updates = [mine, other].map(({ id }) => ({ productId: id, availability: 'limited' }));
    expectProblem(await send({ method: 'POST', path: '/products/bulk-availability', body: { updates } }, vendor), 403);
    expect(await traces()).toEqual(before);
  });

  it('a refusal comes before anything of the body is looked at', async () => {
    const route = { method: 'POST', path: '/products', body: '{ not json', type: 'application/json' };
    expectProblem(await send(route, ''), 401, 'unauthorized');
  });

  it('what is not there is not found, for a vendor as well', async () => {
    const updates = [{ productId: 'prd_none', availability: 'limited' }];
    expectProblem(await send({ method: 'DELETE', path: '/products/prd_none' }, vendor), 404, 'product_not_found');
    const bulk = await send({ method: 'POST', path: '/products/bulk-availability', body: { updates } }, vendor);
    expect(bulk).toMatchObject({ status: 200, body: { results: [{ status: 'not_found' }] } });
    expectProblem(await send({ method: 'GET', path: '/nowhere' }, ''), 404, 'not_found');
  });

  it('a vendor writes to its own inventory', async () => {
    for (const route of writesTo(mine)) {
      const { status } = await send(route, vendor);
      expect({ ...route, ok: status >= 200 && status < 300 }).toMatchObject({ ok: true });
    }
  });

  it('an admin writes to any', async () => {
    const admin = await bearer();
    for (const route of writesTo(other)) {
      const { status } = await send(route, admin);
      expect({ ...route, ok: status >= 200 && status < 300 }).toMatchObject({ ok: true });
    }
  });

  it('what is not under /api needs no token, and cares for none', async () => {
    for (const path of ['/health/live', '/health/ready', '/health', '/metrics', '/docs/openapi.json']) {
      for (const authorization of ['', 'Bearer nonsense']) {
        const { status } = await app.request('GET', path, undefined, { authorization });
        expect({ path, status }).toEqual({ path, status: 200 });
      }
    }
  });

  it('a parameter that a route does not have is refused by its name, wherever it is sent', async () => {
    const admin = await bearer();
    for (const route of [...open(), ...ADMIN_ONLY, ...writesTo(other)]) {
      const answer = await send({ ...route, path: `${route.path}?nonsense=1` }, admin);
      expect(expectProblem(answer, 400, 'validation_failed').errors).toContainEqual({
        field: 'nonsense',
        message: expect.stringMatching(/./),
      });
    }
  });
});
