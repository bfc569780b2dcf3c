import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundVendor, InventoryEvent, Page, Product, Vendor } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { ofProducts } from '../support/events.js';
import { expectFieldError } from '../support/problems.js';
import { historyOf, wholeLog } from '../support/reading.js';

const NAMES = { hi: 'प्याज, "लाल": 5', en: 'Onion, red: 5', 'mr-IN': 'कांदा' };

/** Names in a language, and how names and changes are written, wherever they are answered. */
describe('names', () => {
  let app: TestApp;
  let vendor: Vendor;
  let product: Product;

  beforeAll(async () => {
    app = await startApp();
    vendor = await createVendor(app, { name: 'Asha', names: NAMES, district: 'North' });
    product = await createProduct(app, { vendorId: vendor.id, name: 'Kanda', names: NAMES, description: null });
  });
  afterAll(() => app.close());

  it.each([
    ['hi', NAMES.hi, NAMES.hi],
    ['mr-IN', NAMES['mr-IN'], NAMES['mr-IN']],
    ['MR-in', NAMES['mr-IN'], NAMES['mr-IN']],
    ['hi-Deva-IN', NAMES.hi, NAMES.hi],
    ['mr', 'Kanda', 'Asha'],
    ['ta', 'Kanda', 'Asha'],
  ])('in %s are those of a product, of a vendor and of found vendors', async (lang, ofProduct, ofVendor) => {
    const one = await app.request('GET', `/api/products/${product.id}?lang=${lang}`);
    expect(one.body).toEqual({ ...product, displayName: ofProduct });
    expect(one.headers.get('etag')).toBe('"1"');
    const trader = await app.request('GET', `/api/vendors/${vendor.id}?lang=${lang}`);
    expect(trader.body).toEqual({ ...vendor, displayName: ofVendor });
    // The first answer is of the framework or the database, the second of the cache.
    for (let time = 0; time < 2; time += 1) {
      const found = await app.request<Page<FoundVendor>>('GET', `/api/vendors/search?lang=${lang}`);
      expect(found.body.items).toEqual([{ ...vendor, inventory: { total: 1, available: 1 }, displayName: ofVendor }]);
    }
    const plain = await app.request<Page<FoundVendor>>('GET', '/api/vendors/search');
    expect(plain.body.items[0]).not.toHaveProperty('displayName');
  });

  it('of found products are in the language asked for, or in the one that the client prefers', async () => {
    const shown = async (query: string, accepted?: string) => {
      const headers: Record<string, string> = accepted === undefined ? {} : { 'accept-language': accepted };
      const found = await app.request<Page<{ displayName?: string }>>(
        'GET',
        `/api/products/search${query}`,
        undefined,
        headers,
      );
      return [found.body.items[0]!.displayName, found.headers.get('vary')];
    };
    // Each twice: loaded, and from the cache.
    for (let time = 0; time < 2; time += 1) {
      expect(await shown('?lang=HI-IN')).toEqual([NAMES.hi, 'Accept-Encoding']);
      expect(await shown('?limit=5')).toEqual([undefined, 'Accept-Language, Accept-Encoding']);
      expect(await shown('?limit=5', '*')).toEqual([undefined, 'Accept-Language, Accept-Encoding']);
      expect(await shown('?limit=5', 'fr;q=0.9, hi-IN;q=0.8, en;q=0.5')).toEqual([
        NAMES.hi,
        'Accept-Language, Accept-Encoding',
      ]);
      expect(await shown('?limit=5', 'ta, en;q=0.5')).toEqual([NAMES.en, 'Accept-Language, Accept-Encoding']);
      expect(await shown('?limit=5&lang=hi', 'en')).toEqual([NAMES.hi, 'Accept-Encoding']);
    }
  });

  it('of vendors follow every change at once', async () => {
    const path = '/api/vendors/search?lang=hi';
    await app.request('GET', path);
    const names = { ...NAMES, hi: 'आशा' };
    const { body } = await app.request<Vendor>('PATCH', `/api/vendors/${vendor.id}`, { names });
    vendor = body;
    const found = await app.request<Page<FoundVendor>>('GET', path);
    expect(found.body.items[0]!.displayName).toBe('आशा');
    const products = await app.request<Page<{ vendor: Vendor }>>('GET', '/api/products/search');
    expect(products.body.items[0]!.vendor.names).toEqual(names);
  });

  it.each(['', 'Hindi', 'hi;'])('in %j are refused', async (lang) => {
    for (const path of [`/api/products/${product.id}`, `/api/vendors/${vendor.id}`, '/api/vendors/search']) {
      expectFieldError(await app.request('GET', `${path}?lang=${encodeURIComponent(lang)}`), 'lang');
    }
  });

  it('are written without blanks in every answer', async () => {
    for (const path of [
      '/api/products/search',
      '/api/products/search?q=kanda',
      '/api/vendors/search',
      `/api/products/${product.id}`,
      `/api/products/${product.id}/history`,
      '/api/events',
    ]) {
      const answer = await fetch(`${app.url}${path}`, {
        headers: { authorization: await app.token({ role: 'admin' }) },
      });
      const text = await answer.text();
      expect(text).toContain('"description":null'.repeat(path.includes('vendors') ? 0 : 1));
      expect(text).toBe(JSON.stringify(JSON.parse(text)));
    }
  });

  it('and values have one order in changes, whether from memory, log or history', async () => {
    const socket = await app.connect();
    await socket.emitWithAck('subscribe_inventory', { type: 'general' });
    const live: InventoryEvent[] = [];
    const all = new Promise<void>((resolve) => {
      socket.on('inventory_notification', (event: InventoryEvent) => live.push(event) === 3 && resolve());
    });
    await app.request('PATCH', `/api/products/${product.id}`, {
      basePrice: 7,
      availability: 'limited',
      unit: 'quintal',
    });
    await all;
    const history = (await historyOf(app, product.id)).slice(1);
    const log = ofProducts(await wholeLog(app)).slice(1);
    for (const events of [live, history, log]) {
      expect(events).toHaveLength(3);
      const orders = events.flatMap(({ changes }) => changes.map((change) => Object.keys(change).join()));
      expect(new Set(orders)).toEqual(new Set(['field,oldValue,newValue']));
    }
  });
});
