import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExceptionMessage, Page, Product, Vendor } from '../../../src/contracts/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { rawExchange } from '../../support/attacks/raw-exchange.js';
import { LOOKALIKES } from '../../support/attacks/texts.js';
import { createProduct, createVendor } from '../../support/builders.js';
import { expectProblem } from '../../support/problems.js';
import { storedDigest } from '../../support/reading.js';
import { caughtUp, listen } from '../../support/rooms.js';
import { bearer } from '../../support/tokens.js';

const ASCII = /^[\x21-\x7e]+$/;
const lookalikes = Object.entries(LOOKALIKES);

/** What looks like an id, or becomes one when it is folded, is another one or none. */
describe('Unicode tricks', () => {
  let app: TestApp;
  let product: Product;
  let authorization: string;

  beforeAll(async () => {
    app = await startApp();
    await createVendor(app, { id: 'vnd_a' });
    await createVendor(app, { id: 'vnd_b' });
    product = await createProduct(app, { vendorId: 'vnd_a' });
    authorization = await bearer({ role: 'vendor', vendorId: 'vnd_b' });
  });
  afterAll(() => app.close());

  describe.each(lookalikes)('%s', (_what, id) => {
    it('in a token makes nobody the vendor it looks like', async () => {
      const before = await storedDigest(app);
      const theirs = { authorization: await bearer({ role: 'vendor', vendorId: id }) };
      const refusal = ASCII.test(id) ? 403 : 401;
      for (const [method, path, body] of [
        ['PATCH', '/api/vendors/vnd_a', { name: 'Mine' }],
        ['PUT', '/api/vendors/vnd_a/inventory', { items: [{ sku: 'x', name: 'x', category: 'x', basePrice: 1 }] }],
        ['PATCH', `/api/products/${product.id}`, { basePrice: 1 }],
        ['POST', '/api/products', { vendorId: 'vnd_a', name: 'x', category: 'x', basePrice: 1 }],
      ] as const) {
        expectProblem(await app.request(method, path, body, theirs), refusal);
      }
      expect(await storedDigest(app)).toBe(before);
    });

    it('in a path or a body names nobody', async () => {
      const before = await storedDigest(app);
      const expected = ASCII.test(id) ? 404 : 400;
      const path = `/api/vendors/${encodeURIComponent(id)}`;
      expectProblem(await app.request('GET', path), expected);
      expectProblem(await app.request('GET', `${path}/stats`), expected);
      expectProblem(await app.request('PATCH', path, { name: 'Mine' }), expected);
      expectProblem(await app.request('PATCH', path, { name: 'Mine' }, { authorization }), ASCII.test(id) ? 403 : 400);
      const body = { vendorId: id, name: 'x', category: 'x', basePrice: 1 };
      expectProblem(await app.request('POST', '/api/products', body), expected);
      const found = await app.request<Page<Product>>('GET', `/api/products/search?vendorId=${encodeURIComponent(id)}`);
      expect(found.status).toBe(ASCII.test(id) ? 200 : 400);
      if (found.status === 200) expect(found.body.items).toEqual([]);
      expect(await storedDigest(app)).toBe(before);
    });

    it('in a room hears nothing of the vendor', async () => {
      const listener = await listen(app);
      const rooms = [
        { type: 'vendor', vendorId: id },
        { type: 'category', category: id },
        { type: id, vendorId: 'vnd_a' },
        { type: `general${id.replace('vnd_a', '')}`, [id]: 1 },
      ];
      for (const [index, room] of rooms.entries()) {
        const answer = (await listener.socket.emitWithAck('subscribe_inventory', room)) as ExceptionMessage;
        if (index === 0 && ASCII.test(id)) expect(answer).toMatchObject({ room: `inventory:vendor:${id}` });
        else expect({ room, code: answer.code }).toEqual({ room, code: 'validation_failed' });
      }
      const { body } = await app.request<Product>('PATCH', `/api/products/${product.id}`, {
        basePrice: Math.floor(Math.random() * 1e9),
      });
      expect(body.vendorId).toBe('vnd_a');
      await caughtUp(app, listener);
      expect(listener.seen).toEqual([]);
    });
  });

  it.each([
    'vnd_b%2f..%2fvnd_a',
    'vnd_b/../vnd_a',
    'vnd_b/%2e%2e/vnd_a',
    './vnd_a',
    '%2e/vnd_a',
    '../vendors/vnd_a',
    '%2e%2e/vendors/vnd_a',
    '..%2fvendors%2fvnd_a',
    '%2576nd_a',
    'vnd_b%00vnd_a',
    'vnd_a%00',
    'vnd_a%20',
    'vnd_a;vnd_b',
    'vnd_a%3bx=vnd_b',
    'vnd_a%3f',
    'vnd_a%23',
    'vnd_b%0d%0avnd_a',
    'vnd_b,vnd_a',
    'vnd_a%c0%af',
    'vnd_%e0%81%a1',
    'vnd_a\\',
    'vnd_%u0061',
    'vnd_%61',
    'vnd_а',
  ])("the path %s leads no vendor to another's", async (path) => {
    const before = await storedDigest(app);
    const [answer] = await rawExchange(
      app.url,
      `PATCH /api/vendors/${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n` +
        'content-type: application/json\r\ncontent-length: 15\r\n\r\n{"name":"Mine"}',
    );
    expect([400, 403, 404]).toContain(answer!.status);
    expect(await storedDigest(app)).toBe(before);
  });

  it('ids are told apart by every letter', async () => {
    await createVendor(app, { id: 'VND_a', name: 'Capitals' });
    const { body } = await app.request<Vendor>('GET', '/api/vendors/VND_a');
    expect(body).toMatchObject({ id: 'VND_a', name: 'Capitals' });
    for (const [, id] of lookalikes.filter(([, one]) => !ASCII.test(one))) {
      expectProblem(await app.request('POST', '/api/vendors', { id, name: 'x' }), 400, 'validation_failed');
    }
  });

  it('text keeps its form, but that it is composed: what looks alike is still two texts', async () => {
    const texts = ['caf\u00e9', 'ｃａｆｅ', 'cafe\u200b', '\u202eefac', 'CAFE', 'cafe', '\u0915\u093c', 'ﬁ', 'fi'];
    for (const sku of texts) {
      const { id } = await createProduct(app, { vendorId: 'vnd_b', sku, name: sku, names: { hi: sku }, unit: sku });
      const { body } = await app.request<Product>('GET', `/api/products/${id}`);
      expect(body).toMatchObject({ sku, name: sku, names: { hi: sku }, unit: sku });
    }
    const { body } = await app.request<{ totalProducts: number }>('GET', '/api/vendors/vnd_b/stats');
    expect(body.totalProducts).toBe(texts.length);
    // The same as some of them, written in another way.
    for (const sku of ['cafe\u0301', '\u0958']) {
      const product = { vendorId: 'vnd_b', sku, name: sku, category: 'spices', basePrice: 1 };
      expectProblem(await app.request('POST', '/api/products', product), 409, 'duplicate_sku');
    }
  });

  it('categories have one spelling', async () => {
    const wrong = ['Spices', 'ｓpices', 'sp\u200bices', 'spiсes', 'spices ', 'spicés', 'spices\n', '١', 'spices--x'];
    for (const category of wrong) {
      const body = { vendorId: 'vnd_a', name: 'x', category, basePrice: 1 };
      expectProblem(await app.request('POST', '/api/products', body), 400, 'validation_failed');
      const url = `/api/products/search?category=${encodeURIComponent(category)}`;
      expectProblem(await app.request('GET', url), 400, 'validation_failed');
    }
  });
});
