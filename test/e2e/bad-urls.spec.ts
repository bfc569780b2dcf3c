import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { expectFieldError, expectProblem } from '../support/problems.js';
import { expectNothingWritten } from '../support/nothing-written.js';

/** Whatever is wrong with a URL, it is answered with a 4xx problem, and nothing is written. */
describe('bad URLs', () => {
  let app: TestApp;
  let product: Product;

  beforeAll(async () => {
    app = await startApp();
    product = await createProduct(app);
  });
  expectNothingWritten(() => app);
  afterAll(() => app.close());

  describe('in a query', () => {
    const SEARCH = '/api/products/search';
    const VENDORS = '/api/vendors/search';
    const EVENTS = '/api/events';
    const history = () => `/api/products/${product.id}/history`;

    it.each(['surprise', 'Q', 'page', 'items', '__proto__', 'constructor', 'q[]', 'hasOwnProperty', 'क'])(
      'the unknown parameter %s',
      async (name) => {
        for (const path of [SEARCH, VENDORS, EVENTS, history()]) {
          expectFieldError(await app.request('GET', `${path}?${encodeURIComponent(name)}=1`), name);
        }
      },
    );

    it.each<[path: string, field: string, values: string[]]>([
      [SEARCH, 'q', ['%00', 'a%00b', `${'x'.repeat(201)}`, '%01']],
      [SEARCH, 'lang', ['', 'Hindi', 'hi;', 'h', '%00']],
      [SEARCH, 'category', ['', 'A', 'a%20b', '%00', `${'a'.repeat(65)}`]],
      [SEARCH, 'vendorId', ['', '%2e%2e%2f', 'a%20b', '%00', `${'a'.repeat(65)}`]],
      [SEARCH, 'state', ['', '%20', '%00', `${'x'.repeat(201)}`]],
      [SEARCH, 'district', ['', '%00']],
      [SEARCH, 'minPrice', ['', '-1', '1.001', 'NaN', 'Infinity', '1e3', '0x10', '1,5', '10000000000', '%20', '१२']],
      [SEARCH, 'maxPrice', ['', '-0.01', '1.999', 'abc', `${'9'.repeat(400)}`]],
      [SEARCH, 'availability', ['', 'sold', 'available,limited']],
      [SEARCH, 'sort', ['', 'price', 'PRICE_ASC', 'newest;drop']],
      [SEARCH, 'limit', ['', '0', '-1', '101', '1.5', '1e1', 'ten', '99999999999999999999', 'NaN', '%20']],
      [VENDORS, 'limit', ['0', '101', 'x']],
      [VENDORS, 'category', ['A']],
      [EVENTS, 'limit', ['0', '1001', '']],
      [EVENTS, 'after', ['-1', '1.5', '9007199254740992', '99999999999999999999', 'x', '']],
      [EVENTS, 'epoch', ['', 'x', '0191d2f6-7c1e-7000-8000']],
      [EVENTS, 'eventType', ['', 'created', 'product_created,price_changed']],
      [EVENTS, 'productId', ['', '%00', 'a%20b']],
      [EVENTS, 'vendorId', ['', '%2f']],
      [EVENTS, 'category', ['', 'A']],
    ])('%s?%s', async (path, field, values) => {
      for (const value of values) expectFieldError(await app.request('GET', `${path}?${field}=${value}`), field);
    });

    it('a parameter given twice', async () => {
      for (const name of ['q', 'category', 'limit', 'minPrice', 'sort', 'cursor', 'availability', 'lang', 'state']) {
        expectFieldError(await app.request('GET', `${SEARCH}?${name}=1&${name}=2`), name);
      }
      for (const name of ['after', 'limit', 'epoch', 'eventType', 'productId']) {
        expectFieldError(await app.request('GET', `${EVENTS}?${name}=1&${name}=1`), name);
      }
    });

    it.each(['%ff', '%', '%zz', '%e0%a4', '%c0%80', '%ed%a0%80'])('the percent encoding %s', async (text) => {
      for (const path of [SEARCH, VENDORS]) expectProblem(await app.request('GET', `${path}?q=${text}`), 400);
      expectProblem(await app.request('GET', `${EVENTS}?${text}=1`), 400);
    });
  });

  describe('in a path', () => {
    it.each(['%00', '%ff', '%', '%zz', 'a%20b', 'a%2fb', '%2e%2e%2f', 'क', '%e0%a4', '.hidden', 'x'.repeat(65)])(
      'the id %s',
      async (id) => {
        for (const [method, path, body] of [
          ['GET', `/api/products/${id}`, undefined],
          ['GET', `/api/products/${id}/history`, undefined],
          ['PATCH', `/api/products/${id}`, { name: 'x' }],
          ['DELETE', `/api/products/${id}`, undefined],
          ['PUT', `/api/products/${id}/availability`, { availability: 'limited' }],
          ['GET', `/api/vendors/${id}`, undefined],
          ['GET', `/api/vendors/${id}/stats`, undefined],
          ['PUT', `/api/vendors/${id}/inventory`, { items: [] }],
        ] as const) {
          expectProblem(await app.request(method, path, body), 400);
        }
      },
    );

    it('one that is nowhere, or too long', async () => {
      for (const path of ['/api', '/api/', '/', '/api/product', `/api/products/${'x'.repeat(5000)}`]) {
        const answer = await app.request('GET', path);
        expect([400, 404, 414]).toContain(answer.status);
        expectProblem(answer, answer.status);
      }
    });
  });
});
