import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';
import { historyOf } from '../support/reading.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('X-Correlation-Id', () => {
  let app: TestApp;
  let productId: string;

  beforeAll(async () => {
    app = await startApp();
    productId = (await createProduct(app)).id;
  });
  afterAll(() => app.close());

  let price = 1000;
  /** Changes the price with this header; returns what came back and what the event holds. */
  async function change(sent: string | undefined) {
    const headers = sent === undefined ? {} : { 'x-correlation-id': sent };
    const answer = await app.request('PATCH', `/api/products/${productId}`, { basePrice: (price += 1) }, headers);
    return [answer.headers.get('x-correlation-id'), (await historyOf(app, productId)).at(-1)!.correlationId];
  }

  it.each(['order-17', 'a', '4bf92f3577b34da6a3ce929d0e0e4736', 'a/b:c.d_e+f=@', 'x'.repeat(128)])(
    'is echoed and stored: %s',
    async (id) => {
      expect(await change(id)).toEqual([id, id]);
    },
  );

  it.each([undefined, '', 'two words', 'semi;colon', '<b>', '{"a":1}', 'é', 'x'.repeat(129), 'a, b'])(
    'is replaced when it can not be used: %s',
    async (id) => {
      const [echoed, stored] = await change(id);
      expect(echoed).toMatch(UUID);
      expect(stored).toBe(echoed);
    },
  );

  it('is in the answer to any request, problems included', async () => {
    const headers = { 'x-correlation-id': 'trace-1' };
    for (const path of [
      '/api/products/prd_none',
      '/api/nowhere',
      '/api/products/%ff',
      '/api/products/search?limit=0',
    ]) {
      const problem = expectProblem(
        await app.request('GET', path, undefined, headers),
        path.endsWith('prd_none') || path.endsWith('nowhere') ? 404 : 400,
      );
      expect(problem.correlationId).toBe('trace-1');
    }
    const live = await app.request('GET', '/health/live', undefined, headers);
    expect(live.headers.get('x-correlation-id')).toBe('trace-1');
  });

  it('is kept apart between requests that travel in one batch', async () => {
    const products = await Promise.all(Array.from({ length: 30 }, () => createProduct(app)));
    await Promise.all(
      products.map(({ id }) =>
        app.request('PATCH', `/api/products/${id}`, { basePrice: 7 }, { 'x-correlation-id': `for-${id}` }),
      ),
    );
    const stored = await Promise.all(products.map(async ({ id }) => (await historyOf(app, id)).at(-1)!.correlationId));
    expect(stored).toEqual(products.map(({ id }) => `for-${id}`));
  });
});
