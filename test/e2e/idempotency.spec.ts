import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { FoundProduct, Page, Product, Vendor } from '../../src/contracts/index.js';
import { type Answer, startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { type Instances, startTwoInstances } from '../support/instances.js';
import { expectFieldError, expectProblem } from '../support/problems.js';
import { historyOf, storedDigest, wholeLog } from '../support/reading.js';
import { bearer } from '../support/tokens.js';

const AT_ONCE = 50;

const keyed = (key: string = randomUUID()) => ({ 'idempotency-key': key });
const plain = ({ status, body }: Answer<unknown>) => ({ status, body });
const replayed = (answer: Answer<unknown>) => answer.headers.get('idempotency-replayed') === 'true';

describe('Idempotency-Key', () => {
  let app: TestApp;
  let vendor: Vendor;

  beforeAll(async () => {
    app = await startApp();
    vendor = await createVendor(app);
  });
  afterAll(() => app.close());

  const creation = (fields: object = {}) => ({
    vendorId: vendor.id,
    name: 'Onion',
    category: 'vegetables',
    basePrice: 10,
    ...fields,
  });
  const post = (body: unknown, key: string) => app.request<Product>('POST', '/api/products', body, keyed(key));

  it('makes one effect and 50 equal answers of 50 requests at once', async () => {
    const before = (await wholeLog(app)).length;
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => post(creation(), key)));
    const [first] = answers;
    expect(first!.status).toBe(201);
    for (const answer of answers) {
      expect(plain(answer)).toEqual(plain(first!));
      expect(answer.headers.get('etag')).toBe('"1"');
      expect(answer.headers.get('content-type')).toBe(first!.headers.get('content-type'));
    }
    expect(answers.filter((answer) => !replayed(answer))).toHaveLength(1);
    const log = await wholeLog(app);
    expect(log.length).toBe(before + 1);
    expect(log.at(-1)!.product).toEqual(first!.body);
  });

  it('answers a later retry like the first, whatever has happened since', async () => {
    const product = await createProduct(app, { vendorId: vendor.id });
    const patch = (key: string, basePrice: number) =>
      app.request<Product>('PATCH', `/api/products/${product.id}`, { basePrice }, keyed(key));
    const key = randomUUID();
    const first = await patch(key, 111);
    expect([first.status, replayed(first)]).toEqual([200, false]);
    await patch(randomUUID(), 222);
    const second = await patch(key, 111);
    expect([plain(second), replayed(second)]).toEqual([plain(first), true]);
    expect((await historyOf(app, product.id)).map(({ product: { basePrice } }) => basePrice)).toEqual([100, 111, 222]);
  });

  it.each<[string, string, (vendorId: string) => unknown]>([
    ['another body', '/api/products', (vendorId) => ({ ...creation(), vendorId, basePrice: 11 })],
    ['another path', '/api/vendors', () => creation()],
  ])('refuses the same key with %s, and does nothing', async (_what, path, body) => {
    const key = randomUUID();
    expect((await post(creation(), key)).status).toBe(201);
    const before = await storedDigest(app);
    expectProblem(await app.request('POST', path, body(vendor.id), keyed(key)), 422, 'idempotency_key_reused');
    expect(await storedDigest(app)).toBe(before);
  });

  it('refuses the same key with another method or version', async () => {
    const { id } = await createProduct(app);
    const path = `/api/products/${id}`;
    const key = randomUUID();
    expect((await app.request('PATCH', path, {}, keyed(key))).status).toBe(200);
    expectProblem(await app.request('DELETE', path, {}, keyed(key)), 422, 'idempotency_key_reused');
    const other = await app.request('PATCH', path, {}, { ...keyed(key), 'if-match': '"7"' });
    expectProblem(other, 422, 'idempotency_key_reused');
  });

  it.each<[string, (body: Record<string, unknown>) => string]>([
    ['its members in another order', (body) => JSON.stringify(Object.fromEntries(Object.entries(body).reverse()))],
    ['other blanks', (body) => JSON.stringify(body, null, '\t')],
    ['a number written otherwise', (body) => JSON.stringify(body).replace('"basePrice":10', '"basePrice":1.0e1')],
    ['a letter escaped', (body) => JSON.stringify(body).replace('"Onion"', '"\\u004fnion"')],
  ])('takes a body with %s for the same', async (_what, rewrite) => {
    const json = { 'content-type': 'application/json' };
    const body = creation({ names: { hi: 'प्याज', en: 'Onion' } });
    const inventory = { items: [{ sku: randomUUID(), name: 'Rice', category: 'cereals', basePrice: 10 }] };
    const reordered = { items: inventory.items.map((item) => Object.fromEntries(Object.entries(item).reverse())) };
    const put = `/api/vendors/${vendor.id}/inventory`;
    for (const [method, path, one, other] of [
      ['POST', '/api/products', body, rewrite(body)],
      ['PUT', put, inventory, rewrite(reordered)],
    ] as const) {
      const key = randomUUID();
      const first = await app.request(method, path, one, keyed(key));
      const before = await storedDigest(app);
      const second = await app.request(method, path, other, { ...keyed(key), ...json });
      expect([plain(second), replayed(second)]).toEqual([plain(first), true]);
      expect(await storedDigest(app)).toBe(before);
    }
  });

  it('does not take lists in another order, or another value of the same look, for the same', async () => {
    const key = randomUUID();
    const names = { hi: 'प्याज' };
    expect((await post(creation({ names }), key)).status).toBe(201);
    for (const other of [creation({ names, basePrice: '10' }), creation({ names: {} }), creation()]) {
      expectProblem(await post(other, key), 422, 'idempotency_key_reused');
    }
    const ids = [(await createProduct(app)).id, (await createProduct(app)).id];
    const updates = ids.map((productId) => ({ productId, availability: 'limited' }));
    const bulk = (list: unknown[]) =>
      app.request('POST', '/api/products/bulk-availability', { updates: list }, keyed('lists'));
    expect((await bulk(updates)).status).toBe(200);
    expectProblem(await bulk([...updates].reverse()), 422, 'idempotency_key_reused');
  });

  it('refuses other requests while the first is under way: one of two bodies wins', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_none, index) => post(creation({ basePrice: 1 + (index % 2) }), key)),
    );
    const won = answers.find(({ status }) => status === 201)!;
    const counts = answers.map(({ status, body }) => (status === 201 ? body.id === won.body.id : status));
    expect(counts.filter((one) => one === true)).toHaveLength(10);
    expect(counts.filter((one) => one === 422)).toHaveLength(10);
  });

  it('keeps the keys of principals apart', async () => {
    const key = randomUUID();
    const authorization = await bearer({ role: 'vendor', vendorId: vendor.id });
    const first = await post(creation(), key);
    const second = await app.request<Product>('POST', '/api/products', creation(), { ...keyed(key), authorization });
    expect([first.status, second.status, replayed(second)]).toEqual([201, 201, false]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it.each(['', 'two words', 'x'.repeat(256), 'é'])('refuses the key %j by its name', async (key) => {
    const before = await storedDigest(app);
    expectFieldError(await post(creation(), key), 'Idempotency-Key');
    expect(await storedDigest(app)).toBe(before);
  });

  it('takes keys of 255 characters, and leaves reads alone', async () => {
    const key = '~'.repeat(255);
    expect((await post(creation(), key)).status).toBe(201);
    const read = await app.request('GET', `/api/vendors/${vendor.id}`, undefined, keyed(''));
    expect([read.status, replayed(read)]).toEqual([200, false]);
  });

  describe('every unsafe route, once with a retry', () => {
    type Route = [name: string, method: string, status: number, make: () => Promise<[path: string, body?: unknown]>];
    const routes: Route[] = [
      ['POST /vendors', 'POST', 201, () => Promise.resolve(['/api/vendors', { name: 'Ramesh' }])],
      ['PATCH /vendors/:id', 'PATCH', 200, async () => [`/api/vendors/${(await createVendor(app)).id}`, { name: 'B' }]],
      [
        'PUT /vendors/:id/inventory',
        'PUT',
        200,
        () =>
          Promise.resolve([
            `/api/vendors/${vendor.id}/inventory`,
            {
              items: [
                { sku: randomUUID(), name: 'Rice', category: 'cereals', basePrice: 5 },
                { sku: randomUUID(), name: 'A rejected one' },
              ],
            },
          ]),
      ],
      ['POST /products', 'POST', 201, () => Promise.resolve(['/api/products', creation()])],
      [
        'PATCH /products/:id',
        'PATCH',
        200,
        async () => [`/api/products/${(await createProduct(app)).id}`, { basePrice: 7, availability: 'limited' }],
      ],
      [
        'PUT /products/:id/availability',
        'PUT',
        200,
        async () => [`/api/products/${(await createProduct(app)).id}/availability`, { availability: 'limited' }],
      ],
      ['DELETE /products/:id', 'DELETE', 204, async () => [`/api/products/${(await createProduct(app)).id}`]],
      [
        'POST /products/bulk-availability',
        'POST',
        200,
        async () => [
          '/api/products/bulk-availability',
          {
            updates: [
              { productId: (await createProduct(app)).id, availability: 'out_of_stock' },
              { productId: 'prd_none', availability: 'limited' },
            ],
          },
        ],
      ],
      ['DELETE /cache', 'DELETE', 204, () => Promise.resolve(['/api/cache'])],
    ];

    it.each(routes)('%s', async (_name, method, status, make) => {
      const [path, body] = await make();
      const key = randomUUID();
      const first = await app.request(method, path, body, keyed(key));
      expect([first.status, replayed(first)]).toEqual([status, false]);
      const before = await storedDigest(app);
      const second = await app.request(method, path, body, keyed(key));
      expect(plain(second)).toEqual(plain(first));
      expect([second.headers.get('etag'), replayed(second)]).toEqual([first.headers.get('etag'), true]);
      expect(await storedDigest(app)).toBe(before);
    });
  });

  describe('refusals', () => {
    const twice = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
      const all = { ...keyed(), ...headers };
      const first = await app.request(method, path, body, all);
      return [first, await app.request(method, path, body, all)] as const;
    };

    it('that say how things stood are stored: 404, 409, 412', async () => {
      const product = await createProduct(app, { sku: 'taken', vendorId: vendor.id });
      const cases = [
        [404, ...(await twice('PATCH', '/api/products/prd_none', { basePrice: 1 }))],
        [409, ...(await twice('POST', '/api/products', creation({ sku: 'taken' })))],
        [412, ...(await twice('PATCH', `/api/products/${product.id}`, { basePrice: 1 }, { 'if-match': '"9"' }))],
      ] as const;
      for (const [status, first, second] of cases) {
        expect([first.status, replayed(first)]).toEqual([status, false]);
        expect([plain(second), replayed(second)]).toEqual([plain(first), true]);
        expect(second.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      }
    });

    it('a sku taken by a rename is found out in the transaction, which stays usable', async () => {
      await createProduct(app, { sku: 'mine', vendorId: vendor.id });
      const other = await createProduct(app, { vendorId: vendor.id });
      const [first, second] = await twice('PATCH', `/api/products/${other.id}`, { sku: 'mine' });
      expectProblem(first, 409, 'duplicate_sku');
      expect(plain(second)).toEqual(plain(first));
    });

    it('that are about the request are not: the key is free for the corrected one', async () => {
      const key = randomUUID();
      expectProblem(await post(creation({ basePrice: -1 }), key), 400, 'validation_failed');
      const json = { ...keyed(key), 'content-type': 'application/json' };
      expectProblem(await app.request('POST', '/api/products', '{', json), 400, 'malformed_body');
      const right = await post(creation(), key);
      expect([right.status, replayed(right)]).toEqual([201, false]);
    });

    it('401 and 403 neither', async () => {
      const key = randomUUID();
      const nobody = await app.request('POST', '/api/products', creation(), { ...keyed(key), authorization: '' });
      expectProblem(nobody, 401);
      expect((await post(creation(), key)).status).toBe(201);
    });
  });

  it('a transaction that failed is not stored, and the retry does it', async () => {
    const sql = (text: string) => queryDatabase(app, text);
    await sql(`
      CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'No space left' USING ERRCODE = '53100'; END $$`);
    await sql(`CREATE TRIGGER full_disk BEFORE UPDATE ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION full_disk()`);
    const key = randomUUID();
    const before = await storedDigest(app);
    const failed = await Promise.all([post(creation(), key), post(creation(), key)]);
    for (const answer of failed) {
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('etag')).toBeNull();
    }
    expect(await storedDigest(app)).toBe(before);
    await sql('DROP TRIGGER full_disk ON idempotency_keys');
    const retry = await post(creation(), key);
    expect([retry.status, replayed(retry)]).toEqual([201, false]);
  });

  it('keys of yesterday are removed, in batches, and no others', async () => {
    const key = randomUUID();
    const first = await post(creation(), key);
    await queryDatabase(
      app,
      `INSERT INTO idempotency_keys (principal, key, request_hash, created_at)
       SELECT 'x', n::text, 'x', now() - interval '25 hours' FROM generate_series(1, 2500) n`,
    );
    const { IdempotencyKeyPruner } = await import('../../src/idempotency/idempotency-key-pruner.js');
    await app.app.get(IdempotencyKeyPruner).run();
    const [{ count }] = (await queryDatabase(
      app,
      `SELECT count(*)::int AS count FROM idempotency_keys WHERE created_at < now() - interval '24 hours'`,
    )) as [{ count: number }];
    expect(count).toBe(0);
    expect(plain(await post(creation(), key))).toEqual(plain(first));
  });
});

describe('Idempotency-Key over two instances', () => {
  let instances: Instances;
  let vendor: Vendor;

  beforeAll(async () => {
    instances = await startTwoInstances();
    vendor = await createVendor(instances.leader);
  });
  afterAll(() => instances.close());

  it('makes one effect and 50 equal answers of 50 requests at once, time and again', async () => {
    const apps = [instances.leader, instances.follower];
    for (let round = 0; round < 5; round += 1) {
      const key = randomUUID();
      const body = { vendorId: vendor.id, name: `Onion ${round}`, category: 'vegetables', basePrice: 10 };
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_none, index) =>
          apps[index % 2]!.request<Product>('POST', '/api/products', body, keyed(key)),
        ),
      );
      expect(answers[0]!.status).toBe(201);
      for (const answer of answers) expect(plain(answer)).toEqual(plain(answers[0]!));
    }
    // The vendor's, and one for each key.
    expect(await wholeLog(instances.leader)).toHaveLength(1 + 5);
  });

  it('never lets a stale search follow an answer, first or replayed', async () => {
    const { leader, follower } = instances;
    const product = await createProduct(leader, { vendorId: vendor.id, category: 'stale-test' });
    const shown = async (app: TestApp) => {
      const { body } = await app.request<Page<FoundProduct>>('GET', '/api/products/search?category=stale-test');
      return body.items[0]!.basePrice;
    };
    for (let price = 201; price < 231; price += 1) {
      await Promise.all([shown(leader), shown(follower)]);
      const key = randomUUID();
      const seen = await Promise.all(
        [leader, follower, follower].map(async (app) => {
          const answer = await app.request<Product>(
            'PATCH',
            `/api/products/${product.id}`,
            { basePrice: price },
            keyed(key),
          );
          return [answer.status, answer.body.basePrice, await shown(app)];
        }),
      );
      expect(seen).toEqual([0, 1, 2].map(() => [200, price, price]));
    }
  });
});

async function queryDatabase(app: TestApp, text: string): Promise<unknown[]> {
  const { DataSource } = await import('typeorm');
  return app.app.get(DataSource).query(text);
}
