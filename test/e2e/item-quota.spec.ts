import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { storedDigest } from '../support/reading.js';
import { startRedis } from '../support/redis-server.js';

const LIMIT = 10;

/** One request of a thousand items costs what a thousand requests do. */
describe('items of bulk requests', () => {
  let app: TestApp;
  let product: Product;

  beforeAll(async () => {
    app = await startApp({ env: { ITEM_RATE_LIMIT: String(LIMIT) } });
    product = await createProduct(app);
  });
  afterAll(() => app.close());

  /** A token of its own, so that each test has a whole quota. */
  const vendorHeaders = async (): Promise<Record<string, string>> => {
    product = await createProduct(app);
    return { authorization: await app.token({ role: 'vendor', vendorId: product.vendorId }) };
  };
  const upsert = (items: number, headers: Record<string, string>) =>
    app.request(
      'PUT',
      `/api/vendors/${product.vendorId}/inventory`,
      {
        items: Array.from({ length: items }, () => ({
          sku: randomUUID(),
          name: 'Onion',
          category: 'vegetables',
          basePrice: 1,
        })),
      },
      headers,
    );
  const bulk = (items: number, headers: Record<string, string>) =>
    app.request(
      'POST',
      '/api/products/bulk-availability',
      { updates: Array.from({ length: items }, () => ({ productId: product.id, availability: 'limited' })) },
      headers,
    );

  it('are limited over both routes together, and refused ones do nothing', async () => {
    const headers = await vendorHeaders();
    expect((await upsert(6, headers)).status).toBe(200);
    expect((await bulk(4, headers)).status).toBe(200);
    const before = await storedDigest(app);
    for (const ask of [upsert, bulk]) {
      const refused = await ask(1, headers);
      expectProblem(refused, 429, 'too_many_requests');
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
    }
    expect(await storedDigest(app)).toBe(before);
    // Requests for one product are a matter of RATE_LIMIT.
    expect((await app.request('PATCH', `/api/products/${product.id}`, { basePrice: 9 }, headers)).status).toBe(200);
  });

  it('are served while anything is left, also sent at once', async () => {
    const headers = await vendorHeaders();
    const answers = await Promise.all(Array.from({ length: 12 }, () => upsert(3, headers)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(Math.ceil(LIMIT / 3));
    const more = await vendorHeaders();
    expect((await upsert(50, more)).status).toBe(200);
    expectProblem(await upsert(1, more), 429);
  });

  it('of repetitions under a key count once, and a refusal leaves the key free', async () => {
    const vendor = await vendorHeaders();
    const headers = { ...vendor, 'idempotency-key': randomUUID() };
    const body = { items: [{ sku: 'a', name: 'Onion', category: 'vegetables', basePrice: 1 }] };
    const path = `/api/vendors/${product.vendorId}/inventory`;
    for (let time = 0; time < 2 * LIMIT; time += 1) {
      expect((await app.request('PUT', path, body, headers)).status).toBe(200);
    }
    expect((await upsert(LIMIT - 1, vendor)).status).toBe(200);
    const other = { ...vendor, 'idempotency-key': randomUUID() };
    for (let time = 0; time < 2; time += 1) expectProblem(await app.request('PUT', path, body, other), 429);
  });

  it('are counted over all instances of one Redis', async () => {
    const redis = await startRedis();
    const env = { ITEM_RATE_LIMIT: String(LIMIT), REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) };
    const instances = [
      await startApp({ database: app.database, env }),
      await startApp({ database: app.database, env }),
    ];
    try {
      const headers = await vendorHeaders();
      const asked = async (one: TestApp, items: number): Promise<number> => {
        const updates = Array.from({ length: items }, () => ({ productId: product.id, availability: 'limited' }));
        return (await one.request('POST', '/api/products/bulk-availability', { updates }, headers)).status;
      };
      expect(await asked(instances[0]!, LIMIT)).toBe(200);
      expect(await asked(instances[1]!, 1)).toBe(429);
    } finally {
      for (const one of instances) await one.close();
      await redis.stop();
    }
  });

  it('of admins are not counted', async () => {
    const admin = { authorization: await app.token({ role: 'admin' }) };
    for (let time = 0; time < 3; time += 1) expect((await upsert(LIMIT, admin)).status).toBe(200);
  });
});
