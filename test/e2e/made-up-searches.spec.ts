import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { get } from 'node:http';
import { PipelinedReadPool } from '../../src/database/index.js';
import { OPEN } from '../../src/search-cache/index.js';
import { type InProcessCacheStore } from '../../src/search-cache/in-process/in-process-cache-store.js';
import { ResilientCache } from '../../src/search-cache/store/resilient-cache.js';
import type { ResilientCacheStore } from '../../src/search-cache/store/resilient-cache-store.js';
import { SearchRequests } from '../../src/inventory/search/http/search-requests.js';
import { QueryLoosener } from '../../src/inventory/search/loosening/query-loosener.js';
import { REMEMBERED, SearchService } from '../../src/inventory/search/pages/search.service.js';
import { ProductRows } from '../../src/inventory/search/pages/product-rows.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { cacheInUse, search } from '../support/search-apps.js';

/** What anybody can make up without end must cost the cache nothing that lasts. */
describe('a search of a vendor or a category that isn’t there', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    await cacheInUse(app);
  });
  afterAll(() => app.close());

  const isWatched = (vendor: string, category: string): boolean =>
    (app.app.get<ResilientCache, ResilientCacheStore>(ResilientCache)['store'] as InProcessCacheStore)['watched'].has({
      vendor,
      category,
    });
  const searched = (query: string) => search(app, `/api/products/search?${query}`);

  it('is answered past the cache, and its listing isn’t watched', async () => {
    const { id: vendorId } = await createVendor(app);
    await createProduct(app, { vendorId, category: 'spices' });
    for (const query of [
      'category=none',
      'vendorId=none',
      'vendorId=none&category=spices',
      `vendorId=${vendorId}&category=none`,
    ]) {
      expect(await searched(query)).toMatchObject({ result: 'BYPASS', ids: [] });
      expect(await searched(query)).toMatchObject({ result: 'BYPASS', ids: [] });
    }
    expect([isWatched(OPEN, 'none'), isWatched('none', OPEN), isWatched('none', 'spices')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(isWatched(vendorId, 'none')).toBe(false);
    expect((await searched(`vendorId=${vendorId}&category=spices`)).result).toBe('MISS');
    expect(isWatched(vendorId, 'spices')).toBe(true);
  });

  it('is not loosened: one query says that nothing is there', async () => {
    const { id: vendorId } = await createVendor(app);
    await createProduct(app, { vendorId, category: 'made', name: 'Onion' });
    const reads = jest.spyOn(app.app.get(PipelinedReadPool), 'query');
    const readsOf = async (query: string): Promise<number> => {
      reads.mockClear();
      const { page } = await searched(`q=oniom%20cheap&${query}`);
      expect(page).toMatchObject({ interpretation: expect.objectContaining({ kind: expect.any(String) }) });
      return reads.mock.calls.length;
    };
    const loosened = await readsOf(`vendorId=${vendorId}`);
    const nothing = await readsOf('vendorId=nobody');
    reads.mockRestore();
    expect(loosened).toBeGreaterThan(1);
    expect(nothing).toBeLessThan(loosened);
  });

  it('isn’t even asked what its text may mean', async () => {
    const { id: vendorId } = await createVendor(app);
    const meant = jest.spyOn(app.app.get(QueryLoosener), 'looserThan');
    expect((await searched('q=tomatto&vendorId=made-up')).result).toBe('BYPASS');
    expect(meant).not.toHaveBeenCalled();
    expect((await searched(`q=tomatto&vendorId=${vendorId}`)).result).toBe('MISS');
    expect(meant).toHaveBeenCalled();
    meant.mockRestore();
  });

  it('finds what comes there at once, and is cached from then on', async () => {
    expect((await searched('category=late')).result).toBe('BYPASS');
    const { id } = await createProduct(app, { category: 'late' });
    expect(await searched('category=late')).toMatchObject({ result: 'MISS', ids: [id] });
    expect(await searched('category=late')).toMatchObject({ result: 'HIT', ids: [id] });
  });
});

describe('searches that are asked once', () => {
  it('take the place of none that are asked again, and little memory', async () => {
    const app = await startApp();
    await cacheInUse(app);
    const requests = app.app.get(SearchRequests);
    const popular = '/api/products/search?q=onion';
    requests.find(popular);
    const known = requests.find(popular);
    for (let index = 0; index < 6_000; index += 1) requests.find(`/api/products/search?q=made${index}&vendorId=x`);
    expect(requests.find(popular)).toBe(known);
    expect(requests['known'].size).toBeLessThan(300);
    await app.close();
  });

  it('count by all that is kept of them when they are asked again, and not by the length of their URLs', async () => {
    const app = await startApp();
    const requests = app.app.get(SearchRequests);
    for (let index = 0; index < 5_000; index += 1) {
      const url = `/api/products/search?minPrice=1&maxPrice=40&category=kind-${index}`;
      expect(requests.find(url)!.cached().scopes.join('').length).toBeGreaterThan(2_000);
      requests.find(url);
    }
    expect(requests['known'].size).toBeLessThan(REMEMBERED.maxWeight / 2_000);
    await app.close();
  });
});

describe('a text that is read for what it may mean', () => {
  it('counts by its words, once, whether its page is cached or not', async () => {
    const app = await startApp({ env: { RATE_LIMIT: '600' } });
    await cacheInUse(app);
    const leftAfter = async (q: string): Promise<number> => {
      const path = `${app.url}/api/products/search?q=${encodeURIComponent(q)}`;
      const answer = await fetch(path);
      expect(answer.status).toBe(200);
      await answer.text();
      // What is charged afterwards shows with the next request.
      const next = await fetch(`${app.url}/api/products/made-up`);
      return Number(/r=(\d+)/.exec(next.headers.get('ratelimit')!)![1]);
    };
    const made = (words: number): string =>
      Array.from({ length: words }, (_none, word) => `zwx${words}q${word}`).join(' ');
    const before = await leftAfter('onion');
    const short = await leftAfter(made(2));
    const long = await leftAfter(made(12));
    const again = await leftAfter(made(12));
    expect(before - short).toBe(2);
    expect(short - long).toBe(7);
    expect(long - again).toBe(2);
    // Its page is cached, but the text has been forgotten meanwhile.
    app.app.get(QueryLoosener)['known'].clear();
    app.app.get(SearchRequests)['known'].clear();
    app.app.get(SearchService)['inLanguages'].clear();
    expect(again - (await leftAfter(made(12)))).toBe(7);
    await app.close();
  });
});

describe('a search that finds nothing as typed', () => {
  it('is looked for in other ways by two at once, of each address by one, while others go on', async () => {
    const app = await startApp();
    const rows = app.app.get(ProductRows);
    await createProduct(app, { name: 'Onion', category: 'vegetables' });
    const find = rows.find.bind(rows);
    const held: (() => void)[] = [];
    let [searches, most, now] = [0, 0, 0];
    rows.find = async (...args: Parameters<typeof find>) => {
      const q = args[0][0]?.q;
      if (q === undefined || q.includes('made-up')) return find(...args);
      searches += 1;
      most = Math.max(most, (now += 1));
      await new Promise<void>((resolve) => held.push(resolve));
      try {
        return await find(...args);
      } finally {
        now -= 1;
      }
    };
    const from = (localAddress: string, path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        get(`${app.url}${path}`, { localAddress, agent: false }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode!));
        }).on('error', reject);
      });
    const greedy = Array.from({ length: 12 }, (_none, index) =>
      from('127.0.0.1', `/api/products/search?q=made-up${index}%20onion`),
    );
    await waitFor(() => held.length === 1, { what: 'the first of them' });
    const other = from('127.0.0.2', '/api/products/search?q=made-up%20onion');
    await waitFor(() => held.length === 2, { what: 'the one of another address' });
    expect(await from('127.0.0.1', '/api/products/search?category=vegetables')).toBe(200);
    expect(held).toHaveLength(2);
    const release = setInterval(() => held.splice(0).forEach((resolve) => resolve()), 5);
    expect(await Promise.all([other, ...greedy])).toEqual(Array(13).fill(200));
    clearInterval(release);
    expect(most).toBe(2);
    expect(searches).toBeGreaterThanOrEqual(13);
    await app.close();
  });

  it('counts as the searches that it takes', async () => {
    const app = await startApp({ env: { RATE_LIMIT: '60' } });
    await createProduct(app, { name: 'Onion', category: 'vegetables' });
    const ask = async (query: string): Promise<number> =>
      (await fetch(`${app.url}/api/products/search?${query}`)).status;
    let answered = 0;
    while (answered < 60 && (await ask(`q=zwx${answered}%20onion%20ka%20bhav`)) === 200) answered += 1;
    expect(answered).toBeGreaterThan(3);
    expect(answered).toBeLessThan(31);
    await app.close();
  });
});
