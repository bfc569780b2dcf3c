import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, Product } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError } from '../support/problems.js';

const SORTS = ['price_asc', 'price_desc', 'newest', 'relevance'];

/** A cursor is opaque, but nothing keeps a client from making one up. */
describe('bad cursors', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    const { id: vendorId } = await createVendor(app, { name: 'Stall A' });
    await createVendor(app, { name: 'Stall B' });
    for (let index = 0; index < 3; index += 1) await createProduct(app, { vendorId, name: 'Okra' });
  });
  afterAll(() => app.close());

  const get = (path: string, cursor: string) => app.request('GET', `${path}&cursor=${encodeURIComponent(cursor)}`);
  const product = (sort: string) => `/api/products/search?q=okra&sort=${sort}&limit=1`;
  const vendors = '/api/vendors/search?limit=1';
  const cursorOf = async (path: string) => (await app.request<Page<Product>>('GET', path)).body.nextCursor!;

  it('of another search', async () => {
    const paths = [...SORTS.map(product), vendors];
    for (const path of paths) {
      const cursor = await cursorOf(path);
      expect((await get(path, cursor)).status).toBe(200);
      for (const other of paths) if (other !== path) expectFieldError(await get(other, cursor), 'cursor');
    }
  });

  it('of an order that is no longer', async () => {
    const keys = { relevance: [1, '2026-01-01T12:00:00.000Z', 'prd_1'], vendors: [0, 'Stall A', 'vnd_1'] };
    for (const [name, path] of [
      ['relevance', product('relevance')],
      ['vendors', vendors],
    ] as const) {
      const cursor = Buffer.from(JSON.stringify([name, ...keys[name]])).toString('base64url');
      expectFieldError(await get(path, cursor), 'cursor');
    }
  });

  it('cut short, or with something on top', async () => {
    for (const path of [...SORTS.map(product), vendors]) {
      const cursor = await cursorOf(path);
      for (const length of [1, 5, cursor.length >> 1])
        expectFieldError(await get(path, cursor.slice(0, length)), 'cursor');
      expectFieldError(await get(path, `WzFd${cursor}`), 'cursor');
    }
  });

  it.each(['', ' ', '%', '{}', 'null', 'W10', 'bnVsbA', 'e30', '////', 'x'.repeat(3000), '\u0000', 'क'])(
    'such as %j',
    async (cursor) => {
      for (const path of [...SORTS.map(product), vendors]) expectFieldError(await get(path, cursor), 'cursor');
    },
  );

  /** Keys of the right number, as nobody but a forger would send them. */
  const FORGED = [
    null, true, [], {}, '', 'x', '0', '\0', '\ud800', 'x'.repeat(1000), -1, 0.5, 1.005, 1e10, 1e15, 9e15, 1e300, 1e-300,
    2_147_483_648, '0000-01-01T00:00:00.000Z', '2026-02-30T00:00:00.000Z', '2026-01-01T24:00:00.000Z',
    '2026-13-01T00:00:00.000Z', '9999-12-31T23:59:60.000Z', '2026-01-01T00:00:00.000+99:99',
  ]; // prettier-ignore

  it('forged key by key: refused or harmless, never an error of ours', async () => {
    const failed: unknown[] = [];
    for (const path of [...SORTS.map(product), vendors]) {
      const [name, ...keys] = JSON.parse(Buffer.from(await cursorOf(path), 'base64url').toString()) as unknown[];
      for (const place of keys.keys()) {
        for (const value of FORGED) {
          const forged = [name, ...keys.with(place, value)];
          const answer = await get(path, Buffer.from(JSON.stringify(forged)).toString('base64url'));
          if (answer.status !== 200 && answer.status !== 400) failed.push([path, place, value, answer.status]);
        }
      }
    }
    expect(failed).toEqual([]);
  });
});
