import type { Page, Product, Vendor } from '../../src/contracts/index.js';
import { HEADER, priceLine } from './agmarknet.js';
import type { TestApp } from './app.js';

/**
 * Every kind of request that reaches PostgreSQL, once: writes of one and of many, with and without a key, imports,
 * searches in two
 * scripts by every order, pages of them, statistics, history, events and readiness.
 *
 * @returns what was answered otherwise than it should be, as `METHOD path: status body`; none if the database does
 */
export async function everydayUse(app: TestApp, name = 'Azadpur'): Promise<string[]> {
  const wrong: string[] = [];
  const ask = async <Body>(
    expected: number,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Body> => {
    const answer = await app.request<Body>(method, path, body, headers);
    if (answer.status !== expected) {
      wrong.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
    }
    return answer.body;
  };
  const expectTrue = (what: string, holds: boolean): void => void (holds || wrong.push(what));
  const key = () => ({ 'idempotency-key': crypto.randomUUID() });
  const csv = (market: string) =>
    [HEADER, priceLine({ market }), priceLine({ market, commodity: 'Tomato', price: 1800.25 })].join('\n');

  await ask(200, 'GET', '/health/ready');
  const vendor = await ask<Vendor>(201, 'POST', '/api/vendors', {
    name,
    names: { hi: 'आज़ादपुर' },
    district: 'North Delhi',
    state: 'Delhi',
  });
  const data = { vendorId: vendor.id, name: 'Onion', names: { hi: 'प्याज' }, category: 'vegetables', basePrice: 24.05 };
  const product = await ask<Product>(201, 'POST', '/api/products', {
    ...data,
    sku: 'one',
    description: "O'Neill \\ café",
  });
  await ask(201, 'POST', '/api/products', { ...data, sku: 'two' }, key());
  await ask(200, 'PUT', `/api/vendors/${vendor.id}/inventory`, {
    items: Array.from({ length: 30 }, (_none, index) => ({
      sku: `bulk ${index}`,
      name: `Tomato ${index}`,
      category: 'vegetables',
      basePrice: 10 + index / 4,
    })),
  });
  const changed = await ask<Product>(200, 'PATCH', `/api/products/${product.id}`, { basePrice: 25.5 });
  expectTrue(`price ${changed.basePrice}`, changed.basePrice === 25.5);
  // No change of price: what makes an array of the prices must keep the null apart.
  await ask(200, 'PUT', `/api/products/${product.id}/availability`, { availability: 'limited' });
  await ask(200, 'PATCH', `/api/products/${product.id}`, { names: { hi: 'लाल प्याज' } });
  await ask(200, 'POST', '/api/imports/agmarknet', csv(`${name} A`), { 'content-type': 'text/csv' });
  await ask(200, 'POST', '/api/imports/agmarknet', csv(`${name} B`), { 'content-type': 'text/csv', ...key() });

  for (const sort of ['relevance', 'newest', 'price_asc', 'price_desc']) {
    const search = `/api/products/search?limit=5&sort=${sort}&q=`;
    const hindi = await ask<Page<Product>>(200, 'GET', `${search}${encodeURIComponent('प्याज')}&vendorId=${vendor.id}`);
    expectTrue(`${sort}: ${hindi.items?.length} found for प्याज`, hindi.items?.length === 2);
    const first = await ask<Page<Product>>(200, 'GET', `${search}tomato&minPrice=1&state=Delhi`);
    expectTrue(`${sort}: ${first.items?.length} found`, first.items?.length === 5);
    const cursor = first.nextCursor ?? '';
    await ask(200, 'GET', `${search}tomato&minPrice=1&state=Delhi&cursor=${encodeURIComponent(cursor)}`);
  }
  await ask(200, 'GET', '/api/products/search?category=vegetables');
  const vendors = await ask<Page<Vendor>>(200, 'GET', `/api/vendors/search?category=vegetables&state=Delhi&limit=100`);
  expectTrue('the vendor is found', vendors.items?.some(({ id }) => id === vendor.id) ?? false);
  await ask(200, 'GET', `/api/vendors/search?q=${encodeURIComponent('आज़ादपुर')}`);
  await ask(200, 'GET', `/api/vendors/${vendor.id}`);
  await ask(200, 'GET', `/api/vendors/${vendor.id}/stats`);
  const read = await ask<Product>(200, 'GET', `/api/products/${product.id}`);
  const times = [read.createdAt, read.updatedAt];
  expectTrue(
    `times ${times.join()}`,
    times.every((time) => new Date(time).toISOString() === time),
  );
  expectTrue(`description ${read.description}`, read.description === "O'Neill \\ café");
  await ask(200, 'GET', `/api/products/${product.id}/history`);
  await ask(200, 'GET', '/api/events?after=0&limit=10');
  await ask(200, 'GET', '/api/events/stats');
  await ask(200, 'GET', '/api/cache/stats');
  await ask(204, 'DELETE', `/api/products/${product.id}`);
  await ask(200, 'GET', '/health/ready');
  return wrong;
}
