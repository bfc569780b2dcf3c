import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';

/** Milliseconds for each property; what is found then is reported with its seed. */
const BOUND = { interruptAfterTimeLimit: 1_500, numRuns: 2_000, markInterruptAsFailure: false };
const JSON_TYPE = { 'content-type': 'application/json' };

/** Whatever anybody sends, it is not an error of ours. */
describe('fuzzing', () => {
  let app: TestApp;
  let product: Product;

  beforeAll(async () => {
    app = await startApp();
    product = await createProduct(app);
  });
  afterAll(() => app.close());

  const never5xx = async (method: string, path: string, body?: string) => {
    const { status } = await app.request(method, path, body, body === undefined ? {} : JSON_TYPE);
    expect(status).toBeLessThan(500);
  };

  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 30 }));
  const junk = fc.oneof(
    text,
    fc.double(),
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const or = <T>(good: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: junk });
  const names = fc.dictionary(fc.constantFrom('hi', 'ta', 'en', 'xx-Yyyy', 'bad tag'), or(text), { maxKeys: 3 });
  const availability = fc.constantFrom('available', 'limited', 'out_of_stock');
  const fields = {
    sku: or(text),
    name: or(text),
    names: or(names),
    description: or(text),
    category: or(fc.constantFrom('fruits', 'spices')),
    unit: or(text),
    basePrice: or(fc.integer({ min: 0, max: 1_000_000 }).map((paise) => paise / 100)),
    currency: or(fc.constant('INR')),
    availability: or(availability),
  };
  const anyOf = (known: Record<string, fc.Arbitrary<unknown>>) =>
    fc.oneof(
      { weight: 6, arbitrary: fc.record(known, { requiredKeys: [] }) },
      { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
    );

  it('bodies', async () => {
    const ids = fc.oneof(fc.constantFrom(product.id, 'prd_none'), text);
    const routes: [string, string, fc.Arbitrary<unknown>][] = [
      [
        'POST',
        '/api/vendors',
        anyOf({ id: or(text), name: or(text), names: or(names), state: or(text), languages: junk }),
      ],
      ['PATCH', `/api/vendors/${product.vendorId}`, anyOf({ name: or(text), names: or(names), market: or(text) })],
      ['POST', '/api/products', anyOf({ ...fields, vendorId: or(fc.constant(product.vendorId)) })],
      ['PATCH', `/api/products/${product.id}`, anyOf(fields)],
      ['PUT', `/api/products/${product.id}/availability`, anyOf({ availability: or(availability) })],
      [
        'POST',
        '/api/products/bulk-availability',
        anyOf({
          updates: or(fc.array(or(anyOf({ productId: ids, availability: or(availability) })), { maxLength: 4 })),
        }),
      ],
      [
        'PUT',
        `/api/vendors/${product.vendorId}/inventory`,
        anyOf({ items: or(fc.array(or(anyOf(fields)), { maxLength: 4 })) }),
      ],
    ];
    const request = fc.oneof(
      ...routes.map(([method, path, body]) => fc.tuple(fc.constant(method), fc.constant(path), body)),
    );
    await fc.assert(
      fc.asyncProperty(request, ([method, path, body]) => never5xx(method, path, JSON.stringify(body))),
      BOUND,
    );
  });

  it('JSON of any shape, and what is nearly JSON', async () => {
    const cut = fc.tuple(fc.json(), fc.nat()).map(([json, at]) => json.slice(0, at % (json.length + 1)));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json({ maxDepth: 20 }), cut, text), (body) =>
        never5xx('POST', '/api/products', body),
      ),
      { ...BOUND, interruptAfterTimeLimit: 1_000 },
    );
  });

  it('queries', async () => {
    const paths = ['products/search', 'vendors/search', 'events', `products/${product.id}/history`];
    const value = fc.oneof(
      text,
      fc.constantFrom(
        'price_asc',
        'relevance',
        'newest',
        'hi',
        'fruits',
        '20',
        '0',
        '1',
        product.id,
        '%',
        '%00',
        '%ff',
      ),
      fc.integer().map(String),
      fc.double().map(String),
      fc.array(junk, { maxLength: 4 }).map((keys) => Buffer.from(JSON.stringify(keys)).toString('base64url')),
    );
    const name = fc.constantFrom(
      ...[
        'q',
        'lang',
        'category',
        'vendorId',
        'state',
        'minPrice',
        'maxPrice',
        'availability',
        'sort',
        'limit',
        'cursor',
      ],
      ...['after', 'epoch', 'eventType', 'productId'],
    );
    const encoded = fc.oneof({ weight: 5, arbitrary: value.map((v) => encodeURIComponent(v.toWellFormed())) }, value);
    const query = fc
      .array(fc.tuple(name, encoded), { maxLength: 4 })
      .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), query, (path, q) => never5xx('GET', `/api/${path}?${q}`)),
      BOUND,
    );
  });

  it('search texts', async () => {
    const q = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...`'"\\&|!:*<->() ~+%_क्षिآ🧅ạ\u200d`), maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(q, fc.constantFrom('products', 'vendors'), (value, what) =>
        never5xx('GET', `/api/${what}/search?q=${encodeURIComponent(value.toWellFormed())}`),
      ),
      { ...BOUND, interruptAfterTimeLimit: 1_000 },
    );
  });

  it('paths and headers', async () => {
    const segment = fc.oneof(
      text.map((value) => encodeURIComponent(value.toWellFormed())),
      fc.string({ maxLength: 20 }),
    );
    const header = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'PATCH', 'DELETE', 'PUT'), segment, header, async (method, id, value) => {
        const body = method === 'PATCH' ? '{}' : undefined;
        const headers = { ...(body && JSON_TYPE), 'if-match': value, 'x-correlation-id': value, accept: value };
        const { status } = await app.request(method, `/api/products/${id}`, body, headers);
        expect(status).toBeLessThan(500);
      }),
      { ...BOUND, interruptAfterTimeLimit: 1_000 },
    );
  });
});
