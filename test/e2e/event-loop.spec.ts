import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request as httpRequest } from 'node:http';
import type { Page, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { fiftyMilliseconds, longestBusy } from '../support/loop-probe.js';
import { OPERATIONS } from '../support/openapi/document.js';
import { bearer } from '../support/tokens.js';

/** Times that a request is made at most: garbage of others is collected in any. */
const ATTEMPTS = 5;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
let serial = 36 ** 4;

const word = (length: number): string => (serial += 1).toString(36).padStart(length, 'क');
/** Words that come nowhere else. */
const text = (words: number, length: number): string => Array.from({ length: words }, () => word(length)).join(' ');
const tag = (index: number): string => `x${LETTERS[index % 26]}${LETTERS[index >> 5]}`;
const names = (languages: number, words: number, length: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: languages }, (_none, index) => [tag(index), text(words, length)]));
const list = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => item(index));

/** As many words as a product's names may have, and characters nearly so. */
const large = () => ({
  name: text(16, 11),
  names: names(63, 16, 11),
  description: 'क'.repeat(2_000),
  category: 'spices',
  basePrice: (serial += 1),
});
/** One of a thousand that have as many words as a request may have, and bytes nearly so. */
const wordy = () => ({ name: text(2, 30), names: names(12, 8, 12), category: 'spices', basePrice: (serial += 1) });
const unknown = () => Object.fromEntries(list(95, (index) => [`f${(serial += 1)}${index}`, 1]));
const vendor = () => ({ name: text(16, 11), names: names(63, 16, 11), market: text(16, 11), state: text(16, 11) });

interface Sent {
  path: string;
  body?: () => object | string;
  headers?: Record<string, string>;
}

/**
 * No request keeps the event loop busy for more than 50 ms, or a few clients could hold up everybody, and the leader's
 * word with them. Each operation is asked for as much as docs/security.md lets it.
 */
describe('the event loop', () => {
  const agent = new Agent({ keepAlive: true });
  let app: TestApp;
  let authorization: string;
  let vendorId: string;
  let products: Product[];

  beforeAll(async () => {
    authorization = await bearer();
    app = await startApp();
    ({ id: vendorId } = await createVendor(app));
    const items = list(100, (index) => ({ sku: `s${index}`, ...large() }));
    expect(await put(items.slice(0, 50))).toBe(200);
    expect(await put(items.slice(50))).toBe(200);
    for (let count = 0; count < 100; count += 1) await createVendor(app, vendor());
    const found = await app.request<Page<Product>>('GET', `/api/products/search?vendorId=${vendorId}&limit=100`);
    products = found.body.items;
    // A long history; and what is compiled and loaded for the first who asks.
    expect(await put(list(1_000, () => ({ sku: 's0', basePrice: (serial += 1) })))).toBe(200);
  });
  afterAll(async () => {
    agent.destroy();
    await app.close();
  });

  const put = (items: object[]): Promise<number> =>
    send('PUT', `/api/vendors/${vendorId}/inventory`, JSON.stringify({ items }));

  /** Doesn't look at the answer, which would keep the same event loop busy. */
  function send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<number> {
    const ours =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(body)}` };
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${app.url}${path}`, {
        method,
        agent,
        headers: { authorization, ...ours, ...headers },
      });
      request.on('error', reject).on('response', (response) => {
        response.resume().on('end', () => resolve(response.statusCode!));
      });
      request.end(body);
    });
  }

  /** By operation. */
  const asked = (): Record<string, Sent[]> => {
    const mine = `/api/vendors/${vendorId}`;
    const first = products.find(({ sku }) => sku === 's0')!;
    const product = `/api/products/${first.id}`;
    const other = `/api/products/${products.find(({ id }) => id !== first.id)!.id}`;
    const price = () => (serial += 1);
    const availability = () => (serial % 2 === 0 ? 'limited' : 'available');
    const q = encodeURIComponent(text(8, 24));
    return {
      getHealth: [{ path: '/health' }],
      isLive: [{ path: '/health/live' }],
      isReady: [{ path: '/health/ready' }],
      getMetrics: [{ path: '/metrics' }],
      getOpenApi: [{ path: '/docs/openapi.json' }],
      getAsyncApi: [{ path: '/docs/asyncapi.json' }],
      searchProducts: [
        { path: `/api/products/search?limit=100&vendorId=${vendorId}` },
        { path: `/api/products/search?limit=100&sort=price_asc&q=${q}` },
      ],
      searchVendors: [{ path: '/api/vendors/search?limit=100' }, { path: `/api/vendors/search?limit=100&q=${q}` }],
      createVendor: [{ path: '/api/vendors', body: vendor }],
      getVendor: [{ path: mine }],
      updateVendor: [{ path: mine, body: vendor }],
      getVendorStats: [{ path: `${mine}/stats` }],
      listVendorAliases: [{ path: `${mine}/aliases` }],
      upsertInventory: [
        { path: `${mine}/inventory`, body: () => ({ items: list(97, (index) => ({ sku: `s${index}`, ...large() })) }) },
        {
          path: `${mine}/inventory`,
          body: () => ({ items: list(980, (index) => ({ sku: `w${index}`, ...wordy() })) }),
        },
        {
          path: `${mine}/inventory`,
          body: () => ({ items: list(1_000, (index) => ({ sku: `s${index % 100}`, basePrice: price() })) }),
        },
        {
          path: `${mine}/inventory`,
          body: () => ({ items: list(1_000, (index) => ({ sku: `s${index}`, ...unknown() })) }),
        },
        {
          path: `${mine}/inventory`,
          body: () => ({ items: list(97, (index) => ({ sku: `k${index}`, ...large() })) }),
          headers: { 'idempotency-key': `loop-${serial}` },
        },
      ],
      readEvents: [{ path: '/api/events?limit=1000' }],
      getEventStats: [{ path: '/api/events/stats' }],
      importAgmarknet: [{ path: '/api/imports/agmarknet', body: priceFile, headers: { 'content-type': 'text/csv' } }],
      createProduct: [{ path: '/api/products', body: () => ({ vendorId, ...large() }) }],
      getProduct: [{ path: product }],
      updateProduct: [{ path: product, body: large }],
      deleteProduct: [{ path: other }],
      setAvailability: [{ path: `${product}/availability`, body: () => ({ availability: availability() }) }],
      setAvailabilities: [
        {
          path: '/api/products/bulk-availability',
          body: () => ({
            updates: list(1_000, (index) => ({
              productId: products[index % 100]!.id,
              availability: (price(), availability()),
            })),
          }),
        },
      ],
      getProductHistory: [{ path: `${product}/history?limit=1000` }],
      getProductPrices: [{ path: `${product}/prices?limit=1000` }],
      clearCaches: [{ path: '/api/cache' }],
      getCacheStats: [{ path: '/api/cache/stats' }],
      getRealtimeStats: [{ path: '/api/realtime/stats' }],
      addVendorAlias: [{ path: `${mine}/aliases`, body: () => ({ state: text(2, 9), market: text(16, 11) }) }],
      removeVendorAlias: [{ path: `${mine}/aliases`, body: () => ({ state: 'Goa', market: text(16, 11) }) }],
    };
  };

  function priceFile(): string {
    const head = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min_Price,Max_Price,Modal_Price';
    const rows = list(2_000, () => `Goa,North Goa,Mapusa,${text(2, 9)},${text(2, 9)},FAQ,01/03/2025,900,1100,1000`);
    return [head, ...rows].join('\n');
  }

  const operations = OPERATIONS.map(({ id, method, path }): [string, string, string] => [
    id,
    method.toUpperCase(),
    path,
  ]);

  it.each(operations)('is left alone by %s', async (id, method, template) => {
    const known = asked()[id];
    const requests: Sent[] = known ?? [{ path: template.replace(/\{\w+\}/g, 'none') }];
    for (const { path, body, headers } of requests) {
      const statuses: number[] = [];
      await expectShort(path, () => {
        const content = body?.();
        const json = typeof content === 'object' ? JSON.stringify(content) : content;
        return async () => void statuses.push(await send(method, path, json, headers));
      });
      // What comes after the first may find that there is nothing left to do, or its key taken.
      if (known && id !== 'removeVendorAlias') expect({ path, ok: statuses[0]! < 300 }).toMatchObject({ ok: true });
    }
  });

  it('is left alone by what is refused', async () => {
    const path = `/api/vendors/${vendorId}`;
    const values = (count: number): number[] => list(count, (index) => index);
    const bodies: [string, string][] = [
      ['PUT', JSON.stringify({ items: list(50, () => values(1_900)), nope: values(1_900) })],
      ['PATCH', JSON.stringify({ names: list(50, () => values(1_900)), languages: values(1_900) })],
      ['PUT', `{"items":[${'{"sku":"a"},'.repeat(1_999)}{]}`],
      ['PUT', `{"items":[${'['.repeat(2_000_000)}`],
      ['PUT', `{"items":[${'"a",'.repeat(1_000_000)}1]}`],
      ['PUT', JSON.stringify({ items: [{ sku: 'x'.repeat(3_000_000) }] })],
      ['PUT', JSON.stringify({ items: list(1_000, () => ({ sku: 'a', name: text(101, 9) })) })],
    ];
    for (const [method, body] of bodies) {
      await expectShort(body.slice(0, 40), () => async () => {
        expect(await send(method, method === 'PUT' ? `${path}/inventory` : path, body)).toBe(400);
      });
    }
  });

  /** @param attempt makes a request, which is then to be sent */
  async function expectShort(what: string, attempt: () => () => Promise<void>): Promise<void> {
    let least = Infinity;
    let bound = 0;
    for (let count = 0; count < ATTEMPTS && least >= bound; count += 1) {
      const request = attempt();
      bound = Math.max(bound, fiftyMilliseconds());
      least = Math.min(least, await longestBusy(request));
    }
    expect({ what, least, isShort: least < bound }).toMatchObject({ isShort: true });
  }
});
