import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GENERAL_SCOPE, type Listing } from '../../src/search-cache/scopes/scope-names.js';
import type { CachedPage, SearchCacheStore, Tokens } from '../../src/search-cache/store/search-cache-store.js';
import { type CacheEngine, tokensOf } from '../support/cache-engines.js';
import { waitFor } from '../support/processes.js';

const SPICES = 'search:cache:category:spices#set';
const GRAINS = 'search:cache:category:grains#set';
const SCOPES = [GENERAL_SCOPE, SPICES];
const EVERY_BYTE = Array.from({ length: 256 }, (_none, byte) => byte);

/** What every SearchCacheStore promises. */
export function searchCacheStoreContract(name: string, start: () => Promise<CacheEngine>): void {
  describe(name, () => {
    let engine: CacheEngine;
    let store: SearchCacheStore;

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    beforeEach(async () => {
      store = await engine.open();
      await store.renewLease();
    });

    const result = async (key: string, scopes: readonly string[] = SCOPES) =>
      (await store.read(key, scopes, null)).result;
    const fill = async (key: string, scopes: readonly string[] = SCOPES) => {
      await store.fill(key, pageOf(key), await tokensFor(store, key, scopes), []);
    };

    describe('reading', () => {
      it('misses, and hits once it is filled, with the very bytes and etag', async () => {
        const page = {
          body: Buffer.concat([Buffer.from('{"प्याज":"🧅"}\r\n\0'), Buffer.from(EVERY_BYTE)]),
          etag: '"weiß/ +"',
        };
        await store.fill('a', page, await tokensFor(store, 'a', SCOPES), []);
        expect(await store.read('a', SCOPES, null)).toEqual({ result: 'hit', page });
        expect(await engine.again().read('a', SCOPES, null)).toEqual({ result: 'hit', page });
        expect(await result('b')).toBe('miss');
      });

      it('brings a token for every scope asked for, the same until the scope is invalidated', async () => {
        const tokens = await tokensFor(store, 'a', SCOPES);
        expect([...tokens.keys()].sort()).toEqual([...SCOPES].sort());
        expect(await tokensFor(engine.again(), 'b', SCOPES)).toEqual(tokens);
        await store.invalidate([SPICES]);
        const later = await tokensFor(store, 'a', SCOPES);
        expect(later.get(GENERAL_SCOPE)).toBe(tokens.get(GENERAL_SCOPE));
        expect(later.get(SPICES)).not.toBe(tokens.get(SPICES));
      });

      it('brings the tokens of what the page before depended on and hinted at with the next miss', async () => {
        const tokens = await tokensFor(store, 'a', [...SCOPES, GRAINS]);
        await store.fill('a', pageOf('a'), tokens, ['product:1', 'product:2']);
        await store.invalidate([SPICES]);
        const next = await tokensFor(store, 'a', SCOPES);
        expect([...next.keys()].sort()).toEqual([...SCOPES, GRAINS, 'product:1', 'product:2'].sort());
        await store.fill('a', pageOf('a'), new Map([...next].filter(([scope]) => scope !== SPICES)), []);
        await store.invalidate([SPICES]);
        expect(await result('a')).toBe('hit');
        await store.invalidate(['product:2']);
        expect(await result('a')).toBe('miss');
      });

      it('gives many readers at once the same tokens, and the page once it is there', async () => {
        const stores = Array.from({ length: 4 }, () => engine.again());
        const readers = Array.from({ length: 400 }, (_, index) => stores[index % stores.length]!);
        const reads = await Promise.all(readers.map((reader) => tokensFor(reader, 'a', SCOPES)));
        expect(new Set(reads.map((tokens) => JSON.stringify([...tokens]))).size).toBe(1);
        await store.fill('a', pageOf('a'), reads[0]!, []);
        const hits = await Promise.all(readers.map((reader) => reader.read('a', SCOPES, null)));
        expect(hits.every((read) => read.result === 'hit')).toBe(true);
      });
    });

    describe('renewing', () => {
      it.each(SCOPES)('of any dependency, such as %s, puts the page out of date', async (scope) => {
        await fill('a');
        await store.invalidate([scope]);
        expect(await result('a')).toBe('miss');
        await fill('a');
        expect(await result('a')).toBe('hit');
      });

      it('of anything else leaves the page alone', async () => {
        await fill('a');
        await fill('grains', [GENERAL_SCOPE, GRAINS]);
        await store.invalidate([GRAINS, 'product:1', 'never:seen']);
        expect([await result('a'), await result('grains', [GENERAL_SCOPE, GRAINS])]).toEqual(['hit', 'miss']);
      });

      it('while a page is being loaded keeps it from ever being served', async () => {
        const tokens = await tokensFor(store, 'a', SCOPES);
        await engine.again().invalidate([SPICES]);
        await store.fill('a', pageOf('old'), tokens, []);
        expect(await result('a')).toBe('miss');
        await store.fill('a', pageOf('old'), tokens, []);
        expect(await result('a')).toBe('miss');
      });

      it('twice is as good as once', async () => {
        await fill('a');
        await store.invalidate([SPICES, SPICES]);
        await store.invalidate([SPICES]);
        expect(await result('a')).toBe('miss');
        const tokens = await tokensFor(store, 'a', SCOPES);
        await store.invalidate([SPICES]);
        await store.fill('a', pageOf('old'), tokens, []);
        expect(await result('a')).toBe('miss');
      });

      it('of thousands of scopes at once, or of none', async () => {
        await fill('a');
        const many = Array.from({ length: 7_001 }, (_, index) => `product:${index}`);
        await store.invalidate(many);
        expect(await result('a')).toBe('hit');
        await store.invalidate([...many, SPICES]);
        expect(await result('a')).toBe('miss');
        await store.invalidate([]);
      });

      it('of what is watched reaches the pages of a listing, by whomever they were read', async () => {
        const listing = { vendor: '*', category: 'spices' };
        await store.fill('a', pageOf('a'), await tokensFor(engine.again(), 'a', SCOPES, listing), [], listing);
        let watched: boolean[] = [];
        await store.invalidateWatched((isWatched) => {
          watched = [listing, { ...listing, category: 'grains' }].map(isWatched);
          return watched[0] ? [SPICES] : [];
        });
        expect([watched, (await store.read('a', SCOPES, listing)).result]).toEqual([[true, false], 'miss']);
      });

      it('never brings a token back, whatever was lost', async () => {
        const seen = new Set<string>();
        for (let round = 0; round < 40; round += 1) {
          for (const token of (await tokensFor(round % 3 === 0 ? engine.again() : store, 'a', SCOPES)).values()) {
            expect(seen).not.toContain(token);
            seen.add(token);
          }
          if (round % 2 === 0) await store.invalidate(SCOPES);
          else await engine.lose(await engine.keys());
        }
        expect(seen.size).toBe(80);
      });
    });

    describe('losing any one key', () => {
      /** Everything that is there once two pages are: tokens, entries and whatever else the engine keeps. */
      const prepared = async (): Promise<string[]> => {
        store = await engine.open();
        await store.renewLease();
        await fill('a');
        await fill('grains', [GENERAL_SCOPE, GRAINS]);
        return engine.keys();
      };

      it('costs pages at most, and the cache goes on', async () => {
        for (const key of await prepared()) {
          await prepared();
          await engine.lose([key]);
          const read = await store.read('a', SCOPES, null);
          if (read.result === 'hit') expect([key, read.page]).toEqual([key, pageOf('a')]);
          await store.invalidate([SPICES]);
          expect([key, await result('a')]).toEqual([key, 'miss']);
          await fill('a');
          expect([key, await result('a')]).toEqual([key, 'hit']);
        }
      });

      it('never brings back what was put out of date, before the loss or after', async () => {
        for (const key of await prepared()) {
          await prepared();
          await store.invalidate([SPICES]);
          await engine.lose([key]);
          expect([key, await result('a')]).toEqual([key, 'miss']);

          const tokens = await tokensFor(store, 'a', SCOPES);
          await engine.lose([key]);
          await store.invalidate([SPICES]);
          await engine.lose([key]);
          await store.fill('a', pageOf('old'), tokens, []);
          expect([key, await result('a')]).toEqual([key, 'miss']);
        }
      });
    });

    describe('the lease', () => {
      it('is asked for by every read, and is not there at first', async () => {
        await fill('a');
        await engine.endLease();
        expect(await store.read('a', SCOPES, null)).toEqual({ result: 'bypass' });
        expect(await store.read('b', SCOPES, null)).toEqual({ result: 'bypass' });
        expect((await store.stats()).leaseMs).toBe(0);
        await store.renewLease();
        expect(await result('a')).toBe('hit');
        store = await engine.open();
        expect(await result('a')).toBe('bypass');
      });

      it('holds for ten seconds at most', async () => {
        const { leaseMs } = await store.stats();
        expect(leaseMs).toBeGreaterThan(9_000);
        expect(Number.isInteger(leaseMs)).toBe(true);
        expect(leaseMs).toBeLessThanOrEqual(10_000);
      });

      it('may end between reading and filling', async () => {
        const tokens = await tokensFor(store, 'a', SCOPES);
        await engine.endLease();
        await store.invalidate([SPICES]);
        await store.fill('a', pageOf('old'), tokens, []);
        await store.renewLease();
        expect(await result('a')).toBe('miss');
      });
    });

    describe('the bounds', () => {
      it('lets a page live no longer than its time', async () => {
        store = await engine.open({ ttlSeconds: 0.3 });
        await store.renewLease();
        await fill('a');
        expect(await result('a')).toBe('hit');
        engine.pass(301);
        await waitFor(async () => (await result('a')) === 'miss', { what: 'the page to expire' });
        await waitFor(async () => (await store.stats()).entries === 0, { what: 'the entry not to be counted' });
        await fill('a');
        expect(await result('a')).toBe('hit');
      });

      it('evicts what was used longest ago; a hit is a use', async () => {
        store = await engine.open({ maxEntries: 3 });
        await store.renewLease();
        for (const key of ['a', 'b', 'c']) await fill(key);
        expect(await result('a')).toBe('hit');
        await fill('d');
        expect(await store.stats()).toMatchObject({ entries: 3, evictions: 1 });
        const results = [await result('a'), await result('b'), await result('c'), await result('d')];
        expect(results).toEqual(['hit', 'miss', 'hit', 'hit']);
      });

      it('never holds more, over all who use it', async () => {
        store = await engine.open({ maxEntries: 20 });
        await store.renewLease();
        const other = engine.again();
        const tokens = await tokensFor(store, 'a', SCOPES);
        for (let index = 0; index < 100; index += 1) {
          await (index % 2 === 0 ? store : other).fill(`k${index}`, pageOf('x'), tokens, []);
          expect((await store.stats()).entries).toBe(Math.min(20, index + 1));
        }
        // Filled again it is still one.
        await store.fill('k99', pageOf('x'), tokens, []);
        expect(await other.stats()).toMatchObject({ entries: 20, evictions: 80 });
      });
    });

    describe('clearing', () => {
      it('removes every page', async () => {
        for (let index = 0; index < 30; index += 1) await fill(`k${index}`);
        await store.clear();
        expect((await store.stats()).entries).toBe(0);
        expect([await result('k0'), await result('k29')]).toEqual(['miss', 'miss']);
        await fill('k0');
        expect(await result('k0')).toBe('hit');
      });

      it('defeats the fills that are under way', async () => {
        const tokens = await tokensFor(store, 'a', SCOPES);
        await engine.again().clear();
        await store.fill('a', pageOf('old'), tokens, []);
        expect(await result('a')).toBe('miss');
      });
    });
  });
}

function pageOf(text: string): CachedPage {
  return { body: Buffer.from(JSON.stringify({ text })), etag: `"${text}"` };
}

/** Reads what must be a miss. */
async function tokensFor(
  store: SearchCacheStore,
  key: string,
  scopes: readonly string[],
  listing: Listing | null = null,
): Promise<Tokens> {
  return tokensOf(await store.read(key, scopes, listing));
}
