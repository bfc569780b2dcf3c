import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { AsOf, FoundProducts, MarketPricesPage, Product, Vendor } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { HEADER, importCsv, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError, expectProblem } from '../support/problems.js';
import { waitFor } from '../support/processes.js';
import { projectionState } from '../support/projection-states.js';
import { walk } from '../support/reading.js';
import { withClient } from '../support/with-client.js';

const FOR_EVER = 'public, max-age=31536000, immutable';

/** What was known at a position, a time or a market day. */
describe('asOf', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    await createProduct(app);
    // On a busy machine the first batch of a new server comes later than a reader waits for it.
    const isFed = async (): Promise<boolean> => ((await projectionState(app, 'product-history'))?.position ?? 0) > 0;
    await waitFor(isFed, { timeoutMs: 30_000, what: 'the history' });
  }, 60_000);
  afterAll(() => app.close());

  const head = async (): Promise<number> =>
    (await app.request<{ lastPosition: number }>('GET', '/api/events?limit=1')).body.lastPosition;
  const get = <Body>(path: string, asOf: number | string) =>
    app.request<AsOf<Body>>('GET', `${path}${path.includes('?') ? '&' : '?'}asOf=${encodeURIComponent(asOf)}`);

  it('shows a product as it was, until it was deleted, to be kept for ever', async () => {
    const { body: before } = await app.request<Product>('GET', `/api/products/${(await createProduct(app)).id}`);
    const path = `/api/products/${before.id}`;
    const created = await head();
    // Two events of one change, of which the first one says it all.
    await app.request('PATCH', path, { basePrice: 7.5, availability: 'limited', name: 'Renamed' });
    const changed = await head();
    expect(changed).toBeGreaterThan(created + 1);
    const { body: after } = await app.request<Product>('GET', path);
    await app.request('DELETE', path);
    const deleted = await head();

    const known = { position: created, knownAt: before.createdAt };
    const answer = await get<Product>(path, created);
    expect(answer.body).toEqual({ ...before, ...known });
    expect(Object.fromEntries(answer.headers)).toMatchObject({ 'cache-control': FOR_EVER, etag: '"1"' });
    for (let position = created + 1; position < deleted; position += 1) {
      expect((await get<Product>(path, position)).body).toEqual({ ...after, position, knownAt: after.updatedAt });
    }
    expectProblem(await get(path, deleted), 404, 'product_not_found');
    expectProblem(await get(path, created - 1), 404, 'product_not_found');
    expect((await get<{ displayName: string }>(`${path}?lang=hi`, created)).body.displayName).toBe(before.name);
    const again = await app.request('GET', `${path}?asOf=${created}`, undefined, { 'if-none-match': '"1"' });
    expect(again.status).toBe(304);
  });

  it('shows a vendor as it was, and its products where it was', async () => {
    const vendor = await createVendor(app, { state: 'Assam' });
    const { id } = await createProduct(app, { vendorId: vendor.id });
    const before = await head();
    await app.request('PATCH', `/api/vendors/${vendor.id}`, { state: 'Bihar', name: 'Moved' });
    const after = await head();
    expect((await get<Vendor>(`/api/vendors/${vendor.id}`, before)).body).toMatchObject({
      ...vendor,
      position: before,
    });
    expect((await get<Vendor>(`/api/vendors/${vendor.id}`, after)).body).toMatchObject({ name: 'Moved', version: 2 });
    expectProblem(await get(`/api/vendors/${vendor.id}`, before - 2), 404, 'vendor_not_found');
    const found = async (state: string, asOf: number) => {
      const { body } = await get<FoundProducts>(`/api/products/search?state=${state}`, asOf);
      return body.items.map((item) => [item.id, item.vendor.name]);
    };
    expect(await found('Assam', before)).toEqual([[id, vendor.name]]);
    expect(await found('Assam', after)).toEqual([]);
    expect(await found('Bihar', after)).toEqual([[id, 'Moved']]);
  });

  it('finds places by the spellings of then, whatever vendors have come and gone since', async () => {
    const { id: vendorId } = await createVendor(app, { state: 'Delhi', market: 'Narela' });
    const { id } = await createProduct(app, { vendorId });
    const asked = `/api/products/search?state=${encodeURIComponent('दिल्ली')}&market=${encodeURIComponent('नरेला')}`;
    const found = async (one: TestApp, asOf: number) =>
      (await one.request<{ items: Product[] }>('GET', `${asked}&asOf=${asOf}`)).body.items.map((item) => item.id);
    const now = async () => (await app.request<{ items: Product[] }>('GET', asked)).body.items.map((item) => item.id);
    expect(await now()).toEqual([id]);
    const then = await head();
    const other = await createVendor(app, { state: 'Delhi', market: 'नरेला' });
    const second = await createProduct(app, { vendorId: other.id });
    expect(await now()).toEqual([second.id, id]);
    expect(await found(app, then)).toEqual([id]);
    const both = await head();
    for (const one of [vendorId, other.id])
      await app.request('PATCH', `/api/vendors/${one}`, { state: 'Bihar', market: 'Patna' });
    expect(await now()).toEqual([]);
    const later = await startApp({ database: app.database });
    expect([await found(later, then), await found(later, both)]).toEqual([[id], [second.id, id]]);
    await later.close();
  });

  it('reads places of the past once for many who ask, and not again for what was there by then', async () => {
    const { id: vendorId } = await createVendor(app, { state: 'Odisha' });
    const { id } = await createProduct(app, { vendorId });
    const then = await head();
    const second = await createProduct(app, { vendorId });
    const newest = await head();
    // The history of products reaches there.
    expect((await get('/api/products/search', newest)).status).toBe(200);
    const sql = app.app.get(SqlClient);
    const query = sql.query.bind(sql);
    let readings = 0;
    sql.query = (statement, values) => {
      if (statement.name === 'read-past-places') readings += 1;
      return query(statement, values);
    };
    const found = async (asOf: number) => {
      const { body } = await get<FoundProducts>(`/api/products/search?state=${encodeURIComponent('ओडिशा')}`, asOf);
      return body.items.map((item) => item.id);
    };
    for (const ids of await Promise.all(Array.from({ length: 30 }, () => found(then)))) expect(ids).toEqual([id]);
    expect(await found(newest)).toEqual([second.id, id]);
    sql.query = query;
    expect(readings).toBe(1);
  });

  it('pages through a search of the past, of products that are gone as well', async () => {
    const { id: vendorId } = await createVendor(app);
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push((await createProduct(app, { vendorId, name: 'Jaggery' })).id);
    const then = await head();
    for (const id of ids) await app.request('DELETE', `/api/products/${id}`);
    const items = await walk<Product>(app, `/api/products/search?q=jaggery&limit=2&facets=category&asOf=${then}`);
    expect(items.map(({ id }) => id)).toEqual([...ids].reverse());
    const answer = await get<FoundProducts>('/api/products/search?q=gur&limit=2&facets=category', then);
    expect(answer.body).toMatchObject({
      position: then,
      knownAt: expect.any(String),
      interpretation: { kind: 'exact' },
    });
    expect(answer.body.facets).toEqual({ category: [{ value: 'vegetables', count: 7 }] });
    expect(answer.headers.get('cache-control')).toBe(FOR_EVER);
    expect(answer.headers.get('x-cache')).toBe('BYPASS');
    // Nothing is loosened: it would depend on what is known today.
    expect((await get<FoundProducts>('/api/products/search?q=jaggery+price', then)).body.items).toEqual([]);
  });

  it('has the prices that were known then, first reports of days that were revised later', async () => {
    const send = (...lines: string[]) => importCsv(app, [HEADER, ...lines].join('\n'));
    const line = (date: string, price: number) => priceLine({ market: 'Revised', date, price });
    await send(line('01/02/2026', 100), line('02/02/2026', 200));
    const { body } = await app.request<FoundProducts>('GET', '/api/products/search?market=Revised');
    const path = `/api/products/${body.items[0]!.id}/prices`;
    const first = await head();
    await send(line('01/02/2026', 111));
    await send(line('03/02/2026', 300));
    const last = await head();
    const modals = async (asOf: number, query = '') => {
      const page = await get<MarketPricesPage>(`${path}?${query}`, asOf);
      expect(page.body).toMatchObject({ position: asOf, knownAt: expect.any(String) });
      return page.body.items.map(({ day, modal, revision }) => [day.slice(-2), modal, revision]);
    };
    expect(await modals(first)).toEqual([
      ['02', 200, 1],
      ['01', 100, 1],
    ]);
    expect(await modals(last)).toEqual([
      ['03', 300, 1],
      ['02', 200, 1],
      ['01', 111, 2],
    ]);
    expect(await modals(first, 'limit=1')).toEqual([['02', 200, 1]]);
    expectProblem(await get(path, 0), 404, 'product_not_found');
  });

  it('takes a time for what had happened by then, and a market day for what had by its end', async () => {
    const product = await createProduct(app);
    const { createdAt } = product;
    await waitFor(() => new Date().toISOString() > createdAt, { what: 'another millisecond' });
    await app.request('PATCH', `/api/products/${product.id}`, { basePrice: 5 });
    const path = `/api/products/${product.id}`;
    const answer = await get<Product>(path, createdAt);
    expect(answer.body).toMatchObject({ version: 1, knownAt: createdAt });
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const before = new Date(Date.parse(createdAt) - 1).toISOString();
    expectProblem(await get(path, before), 404, 'product_not_found');
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Kolkata' }).format();
    expect((await get<Product>(path, today)).body).toMatchObject({ version: 2, position: await head() });
    expectProblem(await get(path, '2026-01-01'), 404, 'product_not_found');
    expect((await get<FoundProducts>('/api/products/search', '2020-01-01')).body).toMatchObject({
      ...{ items: [], position: 0, knownAt: null },
    });
  });

  it('refuses what is still to come, and what is no moment', async () => {
    const { id } = await createProduct(app);
    const position = await head();
    const later = new Date(Date.now() + 60_000).toISOString();
    for (const asOf of [position + 1, later, '2999-01-01', '-1', '01', 'now', '2026-02-30', '99999999999999999', '']) {
      for (const path of [`/api/products/${id}`, '/api/products/search', `/api/products/${id}/prices`]) {
        expectFieldError(await get(path, asOf), 'asOf');
      }
    }
  });

  describe('while the log gives no positions', () => {
    const MANY = 1_100;

    /** Does something meanwhile, and something after. */
    const whileItStands = <Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> =>
      withClient(app.database.url, async (client) => {
        await client.query('BEGIN');
        await client.query('SELECT lock_positions()');
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      });

    it('a page that has seen many changes, as of an import, waits for the position of the last', async () => {
      const lines = Array.from({ length: MANY }, (_none, index) =>
        priceLine({ market: 'Manyville', commodity: `Good ${index}`, price: 100 + index }),
      );
      const path = '/api/products/search?market=Manyville&sort=price_desc&limit=5';
      const [importing, asked] = await whileItStands(async (client) => {
        const sending = importCsv(app, [HEADER, ...lines].join('\n'));
        const waiting = async (): Promise<boolean> => {
          const text = 'SELECT count(*)::integer AS count FROM inventory_events WHERE position IS NULL';
          return (await client.query<{ count: number }>(text)).rows[0]!.count >= 1_000;
        };
        await waitFor(waiting, { what: 'events without a position' });
        const page = app.request<FoundProducts>('GET', path);
        await new Promise((resolve) => setTimeout(resolve, 150));
        return [sending, page] as const;
      });
      const { body: page } = await asked;
      await importing;
      expect(page).not.toHaveProperty('unsettled');
      expect((await get<FoundProducts>(path, page.position)).body.items).toEqual(page.items);
      expect(page.items).toHaveLength(5);
    });

    it('a page says that it is of none, if it has seen what waits for one', async () => {
      const { id: vendorId } = await createVendor(app);
      const path = `/api/products/search?vendorId=${vendorId}`;
      const [creating, page] = await whileItStands(async () => {
        const sending = createProduct(app, { vendorId });
        const found = async () => {
          const { body } = await app.request<FoundProducts>('GET', path);
          return body.items.length > 0 ? body : undefined;
        };
        return [sending, await waitFor(found, { what: 'the product' })] as const;
      });
      const { id } = await creating;
      expect(page).toMatchObject({ unsettled: true, items: [{ id }] });
      expect((await get<FoundProducts>(path, page.position)).body.items).toEqual([]);
      // Nothing has changed: it isn't kept.
      const { body: later } = await app.request<FoundProducts>('GET', path);
      expect(later).not.toHaveProperty('unsettled');
      expect(later.items).toEqual(page.items);
      expect((await get<FoundProducts>(path, later.position)).body.items).toEqual(later.items);
    });
  });
});
