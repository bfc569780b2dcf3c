import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GENERAL_SCOPE } from '../../src/search-cache/scopes/scope-names.js';
import type { SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import { type CacheEngine, clusterEngine, redisEngine, tokensOf } from '../support/cache-engines.js';

const SPICES = 'search:cache:category:spices#set';
const SCOPES = [GENERAL_SCOPE, SPICES];
const PAGE = { body: Buffer.from('{}'), etag: '"one"' };

/**
 * A Redis without memory and without anything to evict refuses what takes memory. What puts pages out of date must be
 * done all the same: other processes may read the pages as soon as there is some memory again.
 */
describe.each([
  ['one Redis', redisEngine],
  ['a cluster', clusterEngine],
])('a full Redis: %s', (_which, start) => {
  let engine: CacheEngine;
  let store: SearchCacheStore;
  let other: SearchCacheStore;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = await engine.open();
    other = engine.again();
    await store.renewLease();
    await other.invalidate(['never:seen']);
    await store.fill('a', PAGE, tokensOf(await store.read('a', SCOPES, null)), []);
    expect(await result()).toBe('hit');
    await engine.setFull(true);
  });
  afterEach(() => engine.setFull(false));

  const result = async (): Promise<string> => (await store.read('a', SCOPES, null)).result;

  it.each<[string, () => Promise<unknown>]>([
    ['invalidates scopes', () => other.invalidate([SPICES])],
    ['invalidates those of watched listings', () => other.invalidateWatched(() => [SPICES])],
    ['puts out of date what a change of listings touches', () => other.invalidateWatched(() => SCOPES)],
    ['clears the cache', () => other.clear()],
  ])('%s', async (_what, invalidate) => {
    await invalidate();
    await engine.setFull(false);
    expect(await result()).toBe('miss');
  });

  it('is looked at for being set back', async () => {
    await expect(other.watch()).resolves.toBeUndefined();
  });

  it('neither stores pages nor prolongs the lease', async () => {
    await expect(other.renewLease()).rejects.toThrow(/OOM/);
    await expect(store.fill('b', PAGE, new Map([[GENERAL_SCOPE, 'x']]), [])).rejects.toThrow(/OOM/);
  });
});
