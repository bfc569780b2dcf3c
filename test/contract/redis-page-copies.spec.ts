import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { RedisCacheStore } from '../../src/search-cache/redis/redis-cache-store.js';
import { GENERAL_SCOPE } from '../../src/search-cache/scopes/scope-names.js';
import type { SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import { type CacheEngine, redisEngine, TEST_KEYS, tokensOf } from '../support/cache-engines.js';
import { waitFor } from '../support/processes.js';

const SPICES = 'search:cache:category:spices#set';
const SCOPES = [GENERAL_SCOPE, SPICES];
const PAGE = { body: Buffer.from('{"items":["हल्दी"]}'), etag: '"one"' };

/** What a process keeps of the pages it has read must never outlive what Redis would say of them. */
describe('copies of pages in Redis', () => {
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
    // Until the first invalidation there is nothing to compare with, and no copy is kept.
    await other.invalidate(['never:seen']);
    const tokens = tokensOf(await store.read('a', SCOPES, null));
    await store.fill('a', PAGE, tokens, []);
    // From Redis, and from now on from the copy.
    for (let time = 0; time < 2; time += 1)
      expect(await store.read('a', SCOPES, null)).toEqual({ result: 'hit', page: PAGE });
  });

  const connection = (): Redis => (store as RedisCacheStore)['redis'];
  const result = async (): Promise<string> => (await store.read('a', SCOPES, null)).result;
  const commandsOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const monitor = await connection().monitor();
    const seen: string[] = [];
    monitor.on('monitor', (_time, args: string[]) => seen.push(args[0]!.toLowerCase()));
    await work();
    await connection().ping('end');
    await waitFor(() => seen.includes('ping'), { what: 'the monitor' });
    monitor.disconnect();
    return seen.filter((name) => name !== 'ping');
  };

  it('take one short question for all reads at once', async () => {
    const reads = Array.from({ length: 50 }, () => () => store.read('a', SCOPES, null));
    const commands = await commandsOf(() => Promise.all(reads.map((read) => read())));
    expect(commands).toEqual(['mget']);
  });

  it.each([[[SPICES]], [[GENERAL_SCOPE]], [[SPICES, 'never:seen']]])(
    'are out of date once %j is invalidated',
    async (scopes) => {
      await other.invalidate(scopes);
      expect(await result()).toBe('miss');
    },
  );

  it('hold when something else is invalidated, once Redis has looked', async () => {
    await other.invalidate(['product:1']);
    expect(await commandsOf(result)).toEqual(expect.arrayContaining(['mget', 'evalsha']));
    expect(await commandsOf(result)).toEqual(['mget']);
    expect(await store.read('a', SCOPES, null)).toEqual({ result: 'hit', page: PAGE });
  });

  it('are out of date once their scope is invalidated, though Redis had lost its token before', async () => {
    await engine.lose((await engine.keys()).filter((key) => key.includes('category:spices')));
    await other.invalidate([SPICES]);
    expect(await result()).toBe('miss');
  });

  it('are out of date once the cache is cleared', async () => {
    await other.clear();
    expect(await result()).toBe('miss');
  });

  it('are not used without a lease', async () => {
    await engine.endLease();
    expect(await result()).toBe('bypass');
  });

  it('are not used when Redis has lost everything, nor after it has begun to count anew', async () => {
    await engine.lose(await engine.keys());
    expect(await result()).toBe('miss');
    await other.invalidate([SPICES]);
    expect(await result()).toBe('miss');
  });

  it('are forgotten with the connection: what answers next may be an older state', async () => {
    const { invalidations } = TEST_KEYS;
    const count = await connection().get(invalidations);
    const closed = new Promise((resolve) => connection().once('close', resolve));
    connection().disconnect(true);
    await closed;
    await waitFor(() => connection().status === 'ready', { what: 'the connection' });
    // As from a backup that was made when the page was read: the count stands where it stood, the token does not.
    await engine.lose((await engine.keys()).filter((key) => key.includes('category:spices')));
    if (count !== null) await connection().set(invalidations, count);
    expect(await result()).toBe('miss');
  });

  it('live no longer than the entry', async () => {
    const brief = await engine.open({ ttlSeconds: 1 });
    await brief.renewLease();
    const tokens = tokensOf(await brief.read('a', SCOPES, null));
    await brief.fill('a', PAGE, tokens, []);
    const began = performance.now();
    await waitFor(async () => (await brief.read('a', SCOPES, null)).result === 'miss', { what: 'the end' });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('make way for a page that another process has filled anew', async () => {
    await other.invalidate([SPICES]);
    const tokens = tokensOf(await other.read('a', SCOPES, null));
    const next = { body: Buffer.from('{"items":[]}'), etag: '"two"' };
    await other.fill('a', next, tokens, []);
    for (let time = 0; time < 2; time += 1)
      expect(await store.read('a', SCOPES, null)).toEqual({ result: 'hit', page: next });
  });
});
