import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadFloor } from '../../src/database/index.js';
import { GENERAL_SCOPE } from '../../src/search-cache/scopes/scope-names.js';
import type { SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import { type CacheEngine, inProcessEngine, redisEngine, TEST_KEYS, tokensOf } from '../support/cache-engines.js';

const [SPICES, GRAINS] = ['category:spices#set', 'category:grains#set'] as const;

/** A position of the first timeline, or of another one. */
const at = (lsn: number, timeline = 1): string =>
  String(timeline).padStart(8, '0') + lsn.toString(16).toUpperCase().padStart(16, '0');

/** How far a replica of PostgreSQL must be for what is read after a miss: what every SearchCacheStore promises. */
describe.each([
  ['in the process', inProcessEngine],
  ['in Redis', redisEngine],
])('the floor of a miss, with a store %s', (_name, start) => {
  let engine: CacheEngine;
  let store: SearchCacheStore;
  let reads = 0;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = await engine.open();
    await store.renewLease();
  });

  const floor = async (...scopes: string[]): Promise<ReadFloor | undefined> => {
    const read = await engine.again().read(`page ${(reads += 1)}`, [GENERAL_SCOPE, ...scopes], null);
    if (read.result !== 'miss') throw new Error(`a miss was expected, not a ${read.result}`);
    return read.floor;
  };
  const settle = (position: string): Promise<void> => store.settleWal(() => Promise.resolve(position));

  it('is unknown until PostgreSQL has been asked, whatever writers say', async () => {
    expect(await floor(SPICES)).toBeNull();
    await store.invalidate([GRAINS], at(5));
    expect(await floor(SPICES)).toBeNull();
    await settle(at(7));
    expect(await floor(SPICES)).toBe(at(7));
  });

  it('is that of the youngest token asked for, and does not rise with changes of other scopes', async () => {
    await settle(at(10));
    expect(await floor(SPICES, GRAINS)).toBe(at(10));
    await store.invalidate([GRAINS], at(20));
    expect(await floor(SPICES)).toBe(at(10));
    expect(await floor(SPICES, GRAINS)).toBe(at(20));
    await store.invalidateWatched(() => [SPICES], at(30));
    expect(await floor(GRAINS)).toBe(at(20));
    expect(await floor(SPICES, GRAINS)).toBe(at(30));
  });

  it('never falls, and a later timeline is above all of an earlier one', async () => {
    await settle(at(30));
    await store.invalidate([SPICES], at(0x20));
    await store.invalidate([GRAINS], at(7));
    expect(await floor(SPICES, GRAINS)).toBe(at(0x20));
    await store.invalidate([GRAINS], at(1, 2));
    expect(await floor(GRAINS)).toBe(at(1, 2));
    await store.invalidate([SPICES], at(0xfff));
    expect(await floor(SPICES)).toBe(at(1, 2));
  });

  it('is unknown from the moment that a writer does not know it, and late writers do not make it known', async () => {
    await settle(at(10));
    await store.invalidate([SPICES]);
    await store.invalidate([GRAINS], at(15));
    expect([await floor(SPICES), await floor(GRAINS)]).toEqual([null, null]);
    // The general scope has its old token, and the new ones get their end.
    await settle(at(40));
    expect([await floor(SPICES), await floor(GRAINS)]).toEqual([at(40), at(40)]);
  });

  it('is not settled by what was asked before it became unknown once more', async () => {
    await store.settleWal(async () => {
      await store.invalidate([SPICES]);
      return at(10);
    });
    expect(await floor(SPICES)).toBeNull();
    await settle(at(20));
    expect(await floor(SPICES)).toBe(at(20));
    await store.settleWal(() => Promise.reject(new Error('it is known')));
  });

  it('that becomes known leaves pages current that were stored while it was unknown', async () => {
    const tokens = tokensOf(await store.read('a', [GENERAL_SCOPE, SPICES], null));
    await store.fill('a', { body: Buffer.from('{}'), etag: '"a"' }, tokens, []);
    await settle(at(10));
    expect(await floor(SPICES)).toBe(at(10));
    expect((await store.read('a', [GENERAL_SCOPE, SPICES], null)).result).toBe('hit');
    await store.invalidate([SPICES], at(20));
    expect((await store.read('a', [GENERAL_SCOPE, SPICES], null)).result).toBe('miss');
  });

  it('after a clearing has all that may have been missed', async () => {
    await settle(at(10));
    await store.clear(at(20));
    expect([null, at(20)]).toContain(await floor(SPICES));
    await settle(at(30));
    expect([at(30), at(20)]).toContain(await floor(SPICES));
  });
});

describe('the floor in Redis of what is not cached', () => {
  let engine: CacheEngine;
  let store: SearchCacheStore;

  beforeAll(async () => {
    engine = await redisEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = await engine.open();
    await store.renewLease();
    await store.settleWal(() => Promise.resolve(at(10)));
  });

  it('is what any process has acknowledged', async () => {
    expect(await store.floor()).toBe(at(10));
    await engine.again().invalidate([SPICES], at(20));
    expect(await store.floor()).toBe(at(20));
  });

  it('is unknown without a lease', async () => {
    await engine.endLease();
    expect(await store.floor()).toBeNull();
  });

  it('is unknown when Redis has lost it, until it is settled anew', async () => {
    await engine.lose([TEST_KEYS.wal]);
    await engine.again().invalidate([SPICES], at(20));
    expect(await store.floor()).toBeNull();
    await store.settleWal(async () => {
      await engine.lose([TEST_KEYS.wal]);
      return at(21);
    });
    expect(await store.floor()).toBeNull();
    await store.settleWal(() => Promise.resolve(at(22)));
    expect(await store.floor()).toBe(at(22));
  });

  it('is unknown after a change of a process that has no replicas', async () => {
    await engine.again().invalidateWatched(() => [SPICES]);
    expect(await store.floor()).toBeNull();
  });
});
