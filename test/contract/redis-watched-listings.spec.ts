import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { WatchedListingsReplica } from '../../src/search-cache/redis/watched-listings-replica.js';
import type { RedisCacheStore } from '../../src/search-cache/redis/redis-cache-store.js';
import { GENERAL_SCOPE, OPEN, type Listing, listingScope } from '../../src/search-cache/scopes/scope-names.js';
import { MAX_WATCHED_LISTINGS, listingName } from '../../src/search-cache/scopes/watched-listings.js';
import type { ScopesOf, SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import { type CacheEngine, redisEngine, TEST_KEYS, tokensOf } from '../support/cache-engines.js';
import { waitFor } from '../support/processes.js';

const LISTINGS = TEST_KEYS.listings;

const listingOf = (category: string): Listing => ({ vendor: OPEN, category });
const scopeOf = (category: string): string => listingScope(listingOf(category), OPEN, 'set');
const [SPICES, GRAINS, FRUITS] = ['spices', 'grains', 'fruits'].map(listingOf) as [Listing, Listing, Listing];

/** A change leaves out the scopes of listings that nobody searches; whether somebody does, only Redis knows. */
describe('listings that are watched, in Redis', () => {
  let engine: CacheEngine;
  let store: SearchCacheStore;
  let other: SearchCacheStore;

  beforeAll(async () => {
    engine = await redisEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = await engine.open();
    other = engine.again();
    await store.renewLease();
  });

  const redis = (): Redis => (store as RedisCacheStore)['redis'];
  const read = ({ category }: Listing, by = other) =>
    by.read(category, [GENERAL_SCOPE, scopeOf(category)], listingOf(category));
  const result = async (listing: Listing, by = other): Promise<string> => (await read(listing, by)).result;
  const fill = async (listing: Listing): Promise<void> => {
    const tokens = tokensOf(await read(listing));
    await other.fill(listing.category, { body: Buffer.from('{}'), etag: '"1"' }, tokens, []);
    expect(await result(listing)).toBe('hit');
  };
  /** Changes something in all of these listings; returns which of them were named, each time they were. */
  const change = async (...listings: Listing[]): Promise<string[][]> => {
    const namings: string[][] = [];
    const scopesOf: ScopesOf = (isWatched) => {
      const watched = listings.filter(isWatched).map(({ category }) => category);
      namings.push(watched);
      return ['product:p1', ...watched.map(scopeOf)];
    };
    await store.invalidateWatched(scopesOf);
    return namings;
  };

  it('are those that any process has read tokens of, and asking for them costs nothing once they are known', async () => {
    await fill(SPICES);
    expect(await change(SPICES, GRAINS)).toEqual([[], ['spices']]);
    expect(await result(SPICES)).toBe('miss');
    await fill(GRAINS);
    expect(await change(SPICES, GRAINS)).toEqual([['spices'], ['spices', 'grains']]);
    expect([await result(SPICES), await result(GRAINS)]).toEqual(['miss', 'miss']);
    expect(await change(SPICES, GRAINS, FRUITS)).toEqual([['spices', 'grains']]);
  });

  it('are forgotten when the cache is cleared', async () => {
    await fill(SPICES);
    await change(SPICES);
    await store.clear();
    expect(await redis().exists(LISTINGS)).toBe(0);
    expect(await change(SPICES)).toEqual([['spices'], []]);
  });

  it('leave no page when they are lost, whatever was changed meanwhile and whoever reads first', async () => {
    await fill(SPICES);
    await fill(GRAINS);
    await engine.lose([LISTINGS]);
    expect(await change(SPICES, GRAINS)).toEqual([[]]);
    expect(await result(SPICES)).toBe('miss');
    // Its tokens are as they were, and its listing is not known to be watched yet.
    expect(await change(GRAINS)).toEqual([[], []]);
    expect(await result(GRAINS, engine.again())).toBe('miss');
  });

  it('keep a page from being served that was on its way while they were lost', async () => {
    await fill(GRAINS);
    const before = tokensOf(await read(SPICES));
    await engine.lose([LISTINGS]);
    await change(SPICES);
    await other.fill('spices', { body: Buffer.from('{}'), etag: '"old"' }, before, []);
    expect(await result(SPICES)).toBe('miss');
  });

  it('are told anew when the set is another one, even if its clock goes wrong', async () => {
    await fill(SPICES);
    await change(SPICES);
    const [born, last] = (store as RedisCacheStore)['listings'].upTo.map(Number) as [number, number];
    await engine.lose([LISTINGS]);
    const grains = listingName(GRAINS);
    await redis().zadd(LISTINGS, born - 1_000, '', born - 500, grains, last + 10, listingName(FRUITS));
    await fill(GRAINS);
    expect((await change(GRAINS, FRUITS)).at(-1)).toEqual(['grains', 'fruits']);
    expect(await result(GRAINS)).toBe('miss');
  });

  it('are told anew after a lost connection: what answers next may be an older state that went on from there', async () => {
    await fill(SPICES);
    await change(SPICES);
    const [, last] = (store as RedisCacheStore)['listings'].upTo;
    const closed = new Promise((resolve) => redis().once('close', resolve));
    redis().disconnect(true);
    await closed;
    await waitFor(() => redis().status === 'ready', { what: 'the connection' });
    await redis().zrem(LISTINGS, listingName(SPICES));
    await redis().zadd(LISTINGS, last, listingName(GRAINS));
    await fill(GRAINS);
    expect((await change(GRAINS)).at(-1)).toEqual(['grains']);
    expect(await result(GRAINS)).toBe('miss');
  });

  it('are all when there are too many', async () => {
    await fill(SPICES);
    const many = Array.from({ length: MAX_WATCHED_LISTINGS - 2 }, (_none, index) => [index + 1, `v${index} *`]).flat();
    await redis().zadd(LISTINGS, ...many);
    expect(await redis().zcard(LISTINGS)).toBe(MAX_WATCHED_LISTINGS);
    await fill(GRAINS);
    expect(await redis().zcard(LISTINGS)).toBe(MAX_WATCHED_LISTINGS);
    expect((await change(GRAINS, FRUITS)).at(-1)).toEqual(['grains', 'fruits']);
    expect(await result(GRAINS)).toBe('miss');
  });

  it('are all when new ones come faster than they can be named', async () => {
    await fill(SPICES);
    let namings = 0;
    let all = false;
    await store.invalidateWatched((isWatched) => {
      namings += 1;
      all = isWatched(listingOf('never'));
      void read(listingOf(`new${namings}`), store);
      return isWatched(SPICES) ? [scopeOf('spices')] : [];
    });
    expect([namings, all, await result(SPICES)]).toEqual([4, true, 'miss']);
  });

  it('are not taken for known from news that was meant for somebody who knew more', () => {
    const news = (born: string, last: string, after: string, ...names: string[]) =>
      [...[born, last, after].map((text) => Buffer.from(text)), names.map((name) => Buffer.from(name))] as never;
    const known = new WatchedListingsReplica();
    known.learn(news('5', '20', '10', listingName(FRUITS)));
    expect(known.upTo).toEqual(['', '']);
    known.learn(news('5', '10', '', '', listingName(SPICES)));
    known.learn(news('5', '30', '20', listingName(FRUITS)));
    known.learn(news('4', '30', '10', listingName(FRUITS)));
    expect([known.upTo, known.has(SPICES), known.has(FRUITS)]).toEqual([['5', '10'], true, false]);
    // Two who asked at once: the answer to the later one has all that the first one's has.
    known.learn(news('5', '30', '10', listingName(GRAINS), listingName(FRUITS)));
    known.learn(news('5', '20', '10', listingName(GRAINS)));
    expect([known.upTo, known.has(GRAINS), known.has(FRUITS)]).toEqual([['5', '30'], true, true]);
  });
});
