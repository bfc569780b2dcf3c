import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { RedisCacheStore } from '../../src/search-cache/redis/redis-cache-store.js';
import { GENERAL_SCOPE } from '../../src/search-cache/scopes/scope-names.js';
import { type CacheEngine, redisEngine, tokensOf } from '../support/cache-engines.js';

const SEARCHES = 20_000;
const SCOPES_EACH = 20;
const MAX_ENTRIES = 20;
/** `FEWEST_TOKENS`, the entries, and what the store keeps beside them. */
const MOST_KEYS = 1_000 + MAX_ENTRIES + 10;

/** Searches that nobody asks for twice must not fill Redis, and what they push out must only be missed. */
describe('tokens in Redis', () => {
  let engine: CacheEngine;
  let store: RedisCacheStore;

  beforeAll(async () => {
    engine = await redisEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    store = (await engine.open({ maxEntries: MAX_ENTRIES })) as RedisCacheStore;
    await store.renewLease();
  });

  const redis = (): Redis => store['redis'];
  const scopesOf = (search: number): string[] =>
    Array.from({ length: SCOPES_EACH }, (_none, index) => `search:cache:price:${search}.${index}#set`);
  const read = (search: number) => store.read(`s${search}`, [GENERAL_SCOPE, ...scopesOf(search)], null);
  const fill = async (search: number, body = '{}'): Promise<void> => {
    await store.fill(`s${search}`, { body: Buffer.from(body), etag: '"1"' }, tokensOf(await read(search)), []);
  };
  /** Made up, by a hundred at once. */
  async function flood(from: number, count: number): Promise<void> {
    for (let done = 0; done < count; done += 100) {
      await store.renewLease();
      await Promise.all(Array.from({ length: 100 }, (_none, index) => fill(from + done + index)));
    }
  }

  it('are bounded in number, and so is what they take, however many searches are made up', async () => {
    await flood(0, 2_000);
    const memory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis().info('memory'))![1]);
    const before = await memory();
    await flood(2_000, SEARCHES - 2_000);
    expect(await redis().dbsize()).toBeLessThanOrEqual(MOST_KEYS);
    expect((await memory()) - before).toBeLessThan(2 * 1024 * 1024);
    await store.renewLease();
    expect((await read(SEARCHES - 1)).result).toBe('hit');
  });

  it('that had to go are missed, and a page under them is never served again', async () => {
    await fill(0, '"old"');
    const under = tokensOf(await store.read('late', [GENERAL_SCOPE, ...scopesOf(0)], null));
    // While it is asked for, the token on which all pages depend stays.
    await flood(1, 200);
    // Its own have gone, unnoticed; then comes the change, which finds none to invalidate.
    await store.invalidate(scopesOf(0));
    expect((await read(0)).result).toBe('miss');
    // A fill that was under way meanwhile has the tokens of before.
    await store.fill('late', { body: Buffer.from('"old"'), etag: '"2"' }, under, []);
    expect((await store.read('late', [GENERAL_SCOPE, ...scopesOf(0)], null)).result).toBe('miss');
    await fill(0, '"new"');
    expect(await read(0)).toMatchObject({ result: 'hit', page: { body: Buffer.from('"new"') } });
  });
});
