import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { fiftyMilliseconds, longestBusy } from '../support/loop-probe.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
/** Parsing a JSON body of 4 MB and checking its fields is not divided yet: such bodies take turns (`Turns`). */
const OF_A_BODY = 5;
let serial = 36 ** 4;

/** 200 characters of words that come nowhere else. */
function text(): string {
  const words = Array.from({ length: 40 }, () => (serial += 1).toString(36));
  return words.join(' ').slice(0, 200);
}

const tag = (index: number): string => `x${LETTERS[index % 26]}${LETTERS[index >> 5]}`;
const names = (languages: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: languages }, (_none, index) => [tag(index), text()]));

const product = (languages: number, description: number): object => ({
  name: text(),
  names: names(languages),
  description: text().repeat(description),
  category: 'spices',
  basePrice: 10,
});
const items = (count: number, languages: number, description: number): object => ({
  items: Array.from({ length: count }, (_none, index) => ({ sku: `s${index}`, ...product(languages, description) })),
});
const vendor = (): object => ({ name: text(), names: names(64), market: text(), district: text(), state: text() });

/**
 * One request never keeps the event loop busy for long, or a few vendors could hold up everybody, and the leader's word
 * with them. The bodies are the largest that the limits of docs/security.md allow.
 */
describe('the event loop', () => {
  let app: TestApp;
  let vendorId: string;
  let stored: Product;

  beforeAll(async () => {
    app = await startApp();
    ({ id: vendorId } = await createVendor(app));
    stored = await createProduct(app, { vendorId });
    // What is compiled and loaded for the first who asks.
    await send('PUT', `/api/vendors/${vendorId}/inventory`, items(20, 64, 10));
    await send('GET', '/api/products/search?q=a');
  });
  afterAll(() => app.close());

  async function send(method: string, path: string, body?: object): Promise<number> {
    const json = body && JSON.stringify(body);
    const answered = async (): Promise<void> => {
      const { status } = await app.request(method, path, json, json === undefined ? {} : JSON_TYPE);
      if (status >= 300) throw new Error(`${method} ${path}: ${status}`);
    };
    return longestBusy(answered);
  }

  /** Of three times, as garbage of others is collected in any. */
  async function expectShort(method: string, path: string, body?: () => object, allowed = 1): Promise<void> {
    let least = Infinity;
    let bound = 0;
    for (let time = 0; time < 3; time += 1) {
      bound = Math.max(bound, allowed * fiftyMilliseconds());
      least = Math.min(least, await send(method, path, body?.()));
    }
    expect(least).toBeLessThan(bound);
  }

  it('is left alone by changes of one product or vendor', async () => {
    await expectShort('POST', '/api/products', () => ({ vendorId, ...product(64, 10) }));
    await expectShort('PATCH', `/api/products/${stored.id}`, () => product(64, 10));
    await expectShort('POST', '/api/vendors', vendor);
    await expectShort('PATCH', `/api/vendors/${vendorId}`, vendor);
  });

  it('is left alone by bulk changes', async () => {
    const path = `/api/vendors/${vendorId}/inventory`;
    await expectShort('PUT', path, () => items(270, 64, 10), OF_A_BODY);
    await expectShort('PUT', path, () => items(1_000, 4, 10), OF_A_BODY);
    const availability = (): string => (serial % 2 === 0 ? 'limited' : 'available');
    const updates = (): object => ({
      updates: Array.from({ length: 1_000 }, () => ({ productId: stored.id, availability: availability() })),
    });
    await expectShort('POST', '/api/products/bulk-availability', updates);
  });

  it('is left alone by what is read', async () => {
    for (const path of [
      '/api/products/search?limit=100',
      `/api/products/search?limit=100&q=${encodeURIComponent(text())}`,
      '/api/vendors/search?limit=100',
      `/api/vendors/${vendorId}`,
      `/api/vendors/${vendorId}/stats`,
      `/api/products/${stored.id}/history?limit=1000`,
      '/api/events/stats',
      '/metrics',
      '/health',
    ]) {
      await expectShort('GET', path);
    }
  });
});
