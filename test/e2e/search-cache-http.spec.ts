import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, Page, Product } from '../../src/contracts/index.js';
import { SearchCacheService } from '../../src/search-cache/index.js';
import { ResilientCache } from '../../src/search-cache/store/resilient-cache.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';
import { cached, cacheStats, relayed, search, type SearchApps, startAlone, startPair } from '../support/search-apps.js';

const SIZE = 50;

describe.each([
  ['in the process', startAlone],
  ['in Redis', startPair],
])('what clients and operators see of the search cache %s', (_name, start) => {
  let apps: SearchApps;
  let product: Product;
  const path = '/api/products/search?category=vegetables';

  beforeAll(async () => {
    apps = await start({ env: { MAX_CACHE_SIZE: String(SIZE) } });
    product = await createProduct(apps.first);
  });
  afterAll(() => apps.close());

  const patch = (basePrice: number) => apps.first.request('PATCH', `/api/products/${product.id}`, { basePrice });

  it('an etag that a client may ask with whether its page still holds', async () => {
    await cached(apps.first, path);
    const { etag } = await search(apps.first, path);
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await apps.other.request('GET', path, undefined, { 'if-none-match': known });
      expect([known, answer.status, answer.body]).toEqual([known, 304, '']);
      expect(answer.headers.get('etag')).toBe(etag);
      expect(answer.headers.get('x-cache')).toBe('HIT');
    }
    await patch(101);
    const changed = await apps.other.request<Page<Product>>('GET', path, undefined, { 'if-none-match': etag });
    expect(changed).toMatchObject({ status: 200, body: { items: [{ basePrice: 101 }] } });
    expect(changed.headers.get('etag')).not.toBe(etag);
    expect(changed.headers.get('cache-control')).toBe('no-cache');
    expect(changed.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('counts and the lease in /api/cache/stats', async () => {
    const before = await cacheStats(apps.first);
    expect(before).toEqual({
      entries: expect.any(Number),
      evictions: 0,
      lease: { held: true, remainingMs: expect.any(Number) },
      hits: expect.any(Number),
      misses: expect.any(Number),
      bypasses: expect.any(Number),
      hitRatio: expect.any(Number),
      invalidations: expect.objectContaining({ general: expect.any(Number), product: expect.any(Number) }),
      stale: 0,
    });
    await cached(apps.first, `${path}&limit=3`);
    await search(apps.first, `${path}&limit=4`);
    await patch(102);
    const after = await cacheStats(apps.first);
    expect(after.entries).toBe(before.entries! + 2);
    expect(after.hits).toBeGreaterThan(before.hits);
    expect(after.misses).toBeGreaterThanOrEqual(before.misses + 2);
    expect(after.invalidations.product).toBeGreaterThan(before.invalidations.product);
    expect(after.hitRatio).toBeCloseTo(after.hits / (after.hits + after.misses), 3);
    expect(after.lease!.remainingMs).toBeGreaterThan(5_000);
  });

  it('the metrics of the contract', async () => {
    await cached(apps.first, path);
    const { body } = await apps.first.request<string>('GET', '/metrics');
    expect(body).toMatch(/^search_cache_requests_total\{kind="product",result="hit"\} [1-9]/m);
    expect(body).toMatch(/^search_cache_requests_total\{kind="product",result="miss"\} [1-9]/m);
    expect(body).toMatch(/^search_cache_entries [1-9]/m);
    expect(body).toMatch(/^search_cache_invalidations_total\{scope="product"\} [1-9]/m);
    expect(body).toMatch(/^search_cache_stale_total 0$/m);
    expect(body).toMatch(/^inventory_search_freshness_seconds_count [1-9]/m);
  });

  it('an empty cache after DELETE /api/cache, at every instance', async () => {
    for (const app of apps.apps) await cached(app, path);
    expect(await apps.other.request('DELETE', '/api/cache')).toMatchObject({ status: 204, body: '' });
    for (const app of apps.apps) expect((await cacheStats(app)).entries).toBe(0);
    expect((await search(apps.first, path)).result).toBe('MISS');
  });

  it('a cache that stays within its size', async () => {
    for (let price = 0; price < 4 * SIZE; price += 10) {
      const batch = Array.from({ length: 10 }, (_none, index) => price + index);
      await Promise.all(batch.map((min) => search(apps.apps[min % apps.apps.length]!, `${path}&minPrice=${min}`)));
      expect((await cacheStats(apps.other)).entries).toBeLessThanOrEqual(SIZE);
    }
    await waitFor(async () => (await cacheStats(apps.first)).entries === SIZE, { what: 'all pages to be stored' });
    expect((await cacheStats(apps.first)).evictions).toBeGreaterThanOrEqual(3 * SIZE);
    expect((await search(apps.first, `${path}&minPrice=${4 * SIZE - 1}`)).result).toBe('HIT');
    expect((await search(apps.first, `${path}&minPrice=0`)).result).toBe('MISS');
  });

  describe('the library', () => {
    const options = { limit: 20 };
    const load = async (category: string) =>
      (await apps.first.request<Page<FoundProduct>>('GET', `/api/products/search?category=${category}&limit=19`)).body;

    it('stores pages that searches then find, and finds those of searches', async () => {
      const library = apps.first.app.get(SearchCacheService);
      const { category } = await createProduct(apps.first, { category: 'library' });
      await relayed(apps);
      const filters = { category };
      expect(await library.getCachedProductSearch(filters, options)).toBeNull();
      const page = await load(category);
      await library.cacheProductSearch(filters, options, page);
      expect(await library.getCachedProductSearch({ ...filters }, options)).toEqual(page);
      const found = await search<FoundProduct>(apps.first, `/api/products/search?category=${category}`);
      expect(found).toMatchObject({ result: 'HIT', page });
    });

    it.each(['a miss', 'a bypass'])('never serves a page that changed after %s, before it was stored', async (read) => {
      const library = apps.first.app.get(SearchCacheService);
      const store = apps.first.app.get(ResilientCache);
      const { id, category } = await createProduct(apps.first, { category: `library-${read.slice(2)}` });
      const filters = { category };
      if (read === 'a bypass') store.read = () => Promise.resolve({ result: 'bypass' });
      expect(await library.getCachedProductSearch(filters, options)).toBeNull();
      Reflect.deleteProperty(store, 'read');
      const page = await load(category);
      await apps.first.request('PATCH', `/api/products/${id}`, { basePrice: 7 });
      await relayed(apps);
      await library.cacheProductSearch(filters, options, page);
      const found = await search<FoundProduct>(apps.first, `/api/products/search?category=${category}`);
      expect(found.page.items).toMatchObject([{ id, basePrice: 7 }]);
    });
  });
});
