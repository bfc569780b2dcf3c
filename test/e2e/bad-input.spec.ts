import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { expectFieldError, expectProblem } from '../support/problems.js';
import { expectNothingWritten } from '../support/nothing-written.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const LONG = 'x'.repeat(2001);
const many = (count: number, of: string) => Array<string>(count).fill(of).join(',');

/** Whatever is wrong with a body, it is answered with a 4xx problem, at once, and nothing is written. */
describe('bad bodies', () => {
  let app: TestApp;
  let product: Product;

  beforeAll(async () => {
    app = await startApp();
    product = await createProduct(app, { sku: 'kept' });
  });
  expectNothingWritten(() => app);
  afterAll(() => app.close());

  /** Routes that take a body, with a good one. */
  const bodies = (): [method: string, path: string, good: Record<string, unknown>][] => [
    ['POST', '/api/vendors', { name: 'Vendor' }],
    ['PATCH', `/api/vendors/${product.vendorId}`, { name: 'Vendor' }],
    ['POST', '/api/products', { vendorId: product.vendorId, name: 'Okra', category: 'vegetables', basePrice: 1 }],
    ['PATCH', `/api/products/${product.id}`, { name: 'Okra' }],
    ['PUT', `/api/products/${product.id}/availability`, { availability: 'limited' }],
    ['POST', '/api/products/bulk-availability', { updates: [{ productId: product.id, availability: 'limited' }] }],
    ['PUT', `/api/vendors/${product.vendorId}/inventory`, { items: [{ sku: 'kept', basePrice: 1 }] }],
  ];

  describe('as a body of any route', () => {
    it.each<[string, string | Buffer]>([
      ['blanks', '  \n'],
      ['a list', '[]'],
      ['a list with an object', '[{"name":"x"}]'],
      ['null', 'null'],
      ['a string', '"text"'],
      ['a number', '1'],
      ['true', 'true'],
      ['half of an object', '{"name": "x"'],
      ['two objects', '{}{}'],
      ['a trailing comma', '{"name": "x",}'],
      ['NaN', '{"basePrice": NaN}'],
      ['Infinity', '{"basePrice": Infinity}'],
      ['bytes that are no UTF-8', Buffer.from([...Buffer.from('{"name":"'), 0xff, 0xfe, ...Buffer.from('"}')])],
      ['a cut character', Buffer.from([...Buffer.from('{"name":"'), 0xe0, 0xa4, ...Buffer.from('"}')])],
      ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
      ['a NUL between tokens', '{"name":\0"x"}'],
      ['two byte order marks', '\uFEFF\uFEFF{"name":"x"}'],
      ['a byte order mark alone', '\uFEFF'],
      ['a prototype', '{"__proto__": {"name": "x"}}'],
      ['an escaped prototype', '{"\\u005f_proto__": {"name": "x"}}'],
      ['a prototype deep inside', '{"names": {"hi": {"__proto__": {}}}}'],
      ['methods as a list item', '{"items": [{"sku": "a", "toString": 1}], "updates": [{"valueOf": 1}]}'],
      ['a constructor', '{"constructor": {"prototype": {"name": "x"}}}'],
      ['another object method', '{"hasOwnProperty": 1, "toString": 2, "valueOf": 3}'],
      ['lists, deeply nested', `{"names": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
      ['objects, deeply nested', `{"names": ${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
      ['nesting of a moderate depth', `{"names": ${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`],
      ['nesting that never ends', '['.repeat(1_000_000)],
      ['very many unknown fields', `{${Array.from({ length: 100_000 }, (_, index) => `"f${index}":1`).join(',')}}`],
    ])('%s', async (_what, body) => {
      for (const [method, path] of bodies()) {
        const answer = await app.request(method, path, body, JSON_TYPE);
        const { errors } = expectProblem(answer, 400);
        expect(JSON.stringify(errors ?? []).length).toBeLessThan(20_000);
      }
    });

    it('nothing, where something is needed; a change of nothing changes nothing', async () => {
      for (const [method, path] of bodies()) {
        const answer = await app.request(method, path, '', JSON_TYPE);
        if (method === 'PATCH') expect(answer.status).toBe(200);
        else expectProblem(answer, 400);
      }
    });

    it('one more field than there is, named', async () => {
      for (const [method, path, good] of bodies()) {
        for (const field of ['surprise', 'createdAt', 'names.hi', 'ключ']) {
          expectFieldError(await app.request(method, path, { ...good, [field]: 1 }), field);
        }
      }
    });

    it('one of more than four megabytes', async () => {
      const huge = JSON.stringify({ name: 'x'.repeat(4 * 1024 * 1024) });
      for (const [method, path] of bodies()) {
        expectProblem(await app.request(method, path, huge, JSON_TYPE), 413, 'payload_too_large');
      }
    });

    it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'text/csv', 'nonsense', 'a/b; c'])(
      'one that is %s',
      async (type) => {
        for (const [method, path, good] of bodies()) {
          const answer = await app.request(method, path, JSON.stringify(good), { 'content-type': type });
          expectProblem(answer, 415, 'unsupported_media_type');
        }
      },
    );
  });

  describe('in a field of a product', () => {
    it.each<[field: string, values: unknown[]]>([
      ['name', [null, 1, true, [], {}, ['x'], '', '  ', '\u3000', LONG, 'a\0b', '\u0007', 'a\ud800', '\udc00b']],
      ['description', [1, [], LONG, '\0', '\ud800']],
      ['sku', [null, 1, {}, '', ' ', LONG, 'a\0', '\udfff']],
      ['unit', [null, 1, '', 'x'.repeat(33), 'k\0g']],
      [
        'category',
        [null, 1, [], '', 'Vegetables', 'a b', '-a', 'a-', 'a--b', 'सब्जी', 'a'.repeat(65), 'a\n', ['fruits']],
      ],
      ['currency', [null, 1, '', 'inr', 'RUPEE', 'IN', 'INR\n']],
      ['availability', [null, 1, '', 'Available', 'sold', ['available'], {}]],
      ['basePrice', [null, '', '1', 'NaN', [], {}, [1], true, -1, -0.01, 1.001, 0.001, 1e10, 1e21, 1e308, 1e-7]],
      ['names', [null, 1, 'x', [], ['x'], { hi: 1 }, { hi: '' }, { hi: null }, { hi: ['x'] }, { hi: { a: 'x' } }]],
      [
        'names',
        [{ hindi: 'x' }, { '': 'x' }, { 'hi ': 'x' }, { hi: 'x'.repeat(201) }, { hi: 'a\0' }, { hi: '\ud83d' }],
      ],
      ['names', [Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`aa-${String(i).padStart(2, '0')}`, 'x']))]],
    ])('%s', async (field, values) => {
      const good = bodies()[2]![2];
      for (const value of values) {
        expectFieldError(await app.request('POST', '/api/products', { ...good, [field]: value }), field);
        expectFieldError(await app.request('PATCH', `/api/products/${product.id}`, { [field]: value }), field);
        if (field === 'currency' || field === 'sku') continue;
        const upsert = {
          items: [
            { sku: 'new', name: 'Half of it' },
            { sku: 'kept', [field]: value },
          ],
        };
        const { body } = await app.request('PUT', `/api/vendors/${product.vendorId}/inventory`, upsert);
        expect(body).toMatchObject({ results: [{ status: 'rejected' }, { sku: 'kept', status: 'rejected', field }] });
      }
    });

    it.each(['vendorId', 'name', 'category', 'basePrice'])('%s, missing', async (field) => {
      const good = bodies()[2]![2];
      expectFieldError(await app.request('POST', '/api/products', { ...good, [field]: undefined }), field);
    });

    it('its vendor, which never changes', async () => {
      const path = `/api/products/${product.id}`;
      expectFieldError(await app.request('PATCH', path, { vendorId: product.vendorId }), 'vendorId');
      for (const field of ['id', 'version', 'createdAt', 'updatedAt']) {
        expectFieldError(await app.request('PATCH', path, { [field]: product[field as keyof Product] }), field);
      }
    });
  });

  it.each<[field: string, values: unknown[]]>([
    ['id', [null, 1, '', 'has space', 'a/b', '../x', 'क', '-a', 'a'.repeat(65), 'a\n', ['a']]],
    ['name', [null, 1, '', LONG, '\0', '\ud800']],
    ['market', [1, '', 'x'.repeat(201), '\0']],
    ['district', [[], ' ', '\udc00']],
    ['state', [{}, '', '\u0000']],
    ['languages', [null, 'hi', {}, [1], [null], [['hi']], ['Hindi'], [''], ['hi\0'], Array(65).fill('hi')]],
    ['names', [null, [], { 'not a tag': 'x' }, { hi: '\0' }]],
  ])('in the field %s of a vendor', async (field, values) => {
    for (const value of values) {
      expectFieldError(await app.request('POST', '/api/vendors', { name: 'V', [field]: value }), field);
      const patch = await app.request('PATCH', `/api/vendors/${product.vendorId}`, { [field]: value });
      expectFieldError(patch, field);
    }
  });

  describe('in a list', () => {
    const bulk = (updates: string) =>
      app.request('POST', '/api/products/bulk-availability', `{"updates":${updates}}`, JSON_TYPE);
    const upsert = (items: string) =>
      app.request('PUT', `/api/vendors/${product.vendorId}/inventory`, `{"items":${items}}`, JSON_TYPE);

    it.each(['null', '{}', '"x"', '1', '{"0":{}}', '{"length":1}'])('that is %s', async (list) => {
      expectProblem(await bulk(list), 400, 'validation_failed');
      expectProblem(await upsert(list), 400, 'validation_failed');
    });

    it.each(['null', '1', '"x"', '[]', '{}', '[{}]', '[[]]', '[{"productId":"x","availability":"limited","sku":"x"}]'])(
      'of the item %s, which is rejected by itself',
      async (item) => {
        const rejected = { results: [{ status: 'rejected', reason: expect.stringMatching(/./) }] };
        expect(await bulk(`[${item}]`)).toMatchObject({ status: 200, body: rejected });
        expect(await upsert(`[${item}]`)).toMatchObject({ status: 200, body: rejected });
      },
    );

    it('of 1,001 items', async () => {
      const update = `{"productId":"${product.id}","availability":"limited"}`;
      expectFieldError(await bulk(`[${many(1001, update)}]`), 'updates');
      expectFieldError(await upsert(`[${many(1001, '{"sku":"kept","basePrice":1}')}]`), 'items');
    });

    it.each(['1', '{}', '[]', '""'])('of a million times %s', async (value) => {
      expectProblem(await bulk(`[${many(1_000_000, value)}]`), 400, 'malformed_body');
      expectProblem(await upsert(`[${many(1_000_000, value)}]`), 400, 'malformed_body');
    });
  });
});
