import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPEN } from '../../src/search-cache/index.js';
import { type InProcessCacheStore } from '../../src/search-cache/in-process/in-process-cache-store.js';
import { SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
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
    app.app.get<SearchCacheStore, InProcessCacheStore>(SearchCacheStore)['watched'].has({ vendor, category });
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

  it('finds what comes there at once, and is cached from then on', async () => {
    expect((await searched('category=late')).result).toBe('BYPASS');
    const { id } = await createProduct(app, { category: 'late' });
    expect(await searched('category=late')).toMatchObject({ result: 'MISS', ids: [id] });
    expect(await searched('category=late')).toMatchObject({ result: 'HIT', ids: [id] });
  });
});
