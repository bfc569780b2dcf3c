import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import {
  aPage,
  aSearch,
  BROAD,
  type CacheProcess,
  NARROW,
  startCacheProcess,
} from '../../../test/support/page-cache.js';
import type { Page } from '../../contracts/index.js';
import type { LoadedPage } from './cached-search.js';
import { InProcessCacheStore } from '../in-process/in-process-cache-store.js';
import { GENERAL_SCOPE } from '../scopes/scope-names.js';

describe('the page cache', () => {
  const clock = new StoppedClock();
  let store: InProcessCacheStore;
  let process: CacheProcess;

  beforeEach(async () => {
    store = new InProcessCacheStore(clock, 100, 300);
    await store.renewLease();
    process = startCacheProcess(store, clock);
  });
  afterEach(() => process.stop());

  const read = (load: () => Promise<LoadedPage>, search = aSearch()) => process.pages.read(search, load);
  const shows = (...ids: string[]) => read(() => Promise.resolve(aPage(ids)));
  const never = () => Promise.reject(new Error('the database was asked'));
  /** A load that goes on until the test gives it a page. */
  const slow = () => {
    let finish: (page: LoadedPage) => void = () => undefined;
    const page = new Promise<LoadedPage>((resolve) => (finish = resolve));
    return { load: () => page, finish: (...ids: string[]) => finish(aPage(ids)) };
  };
  const idsOf = ({ body }: { body: Buffer }) =>
    (JSON.parse(body.toString()) as Page<{ id: string }>).items.map(({ id }) => id);

  it('serves the page it has loaded, byte by byte', async () => {
    const loaded = aPage(['1', '2'], { nextCursor: 'अगला' });
    const missed = await read(() => Promise.resolve(loaded));
    expect(missed).toMatchObject({ result: 'MISS', body: Buffer.from(JSON.stringify(loaded.page)) });
    expect(await read(never)).toEqual({ ...missed, result: 'HIT' });
  });

  it('gives equal pages equal etags, and others others', async () => {
    const etags = [];
    for (const ids of [['1'], ['1'], ['2'], ['1', '2']]) {
      etags.push((await shows(...ids)).etag);
      await store.clear();
    }
    expect(etags[0]).toMatch(/^"[\w-]{20,}"$/);
    expect(etags[1]).toBe(etags[0]);
    expect(new Set(etags).size).toBe(3);
  });

  it('keeps no makeshift', async () => {
    expect(await read(() => Promise.resolve({ ...aPage(['1']), isMakeshift: true }))).toMatchObject({ result: 'MISS' });
    expect((await store.stats()).entries).toBe(0);
    expect(idsOf(await shows('1', '2'))).toEqual(['1', '2']);
  });

  it('goes to the database without a lease, and stores nothing', async () => {
    store['leaseUntil'] = 0;
    expect(await shows('1')).toMatchObject({ result: 'BYPASS' });
    expect((await store.stats()).entries).toBe(0);
  });

  it('asks once for all who want the same page at once', async () => {
    const { load, finish } = slow();
    const readers = [read(load), ...Array.from({ length: 20 }, () => read(never))];
    finish('1');
    for (const page of await Promise.all(readers)) {
      expect(page.result).toBe('MISS');
      expect(idsOf(page)).toEqual(['1']);
    }
    expect(process.counts.reads).toEqual({ hit: 0, miss: 21, bypass: 0 });
  });

  it.each([GENERAL_SCOPE, NARROW, BROAD])(
    'lets nobody who comes after an invalidation of %s join what began before it',
    async (scope) => {
      const [before, after] = [slow(), slow()];
      const early = read(before.load);
      await process.cache.invalidate([scope]);
      const late = [read(after.load), read(never)];
      after.finish('new');
      for (const page of await Promise.all(late)) expect(idsOf(page)).toEqual(['new']);
      before.finish('old');
      expect(idsOf(await early)).toEqual(['old']);
      // The early reader stores its page last, and it isn't served.
      const next = await shows('newer');
      expect([next.result, idsOf(next)]).toEqual(['MISS', ['newer']]);
    },
  );

  it('keeps nothing of a load that fails', async () => {
    await expect(read(never)).rejects.toThrow('the database was asked');
    expect(await shows('1')).toMatchObject({ result: 'MISS' });
    expect(await shows('1')).toMatchObject({ result: 'HIT' });
  });

  describe('dependencies', () => {
    const result = async (...ids: string[]) => (await shows(...ids)).result;

    it('are all scopes that may matter, at first', async () => {
      for (const scope of [GENERAL_SCOPE, NARROW, BROAD]) {
        await shows('1');
        await process.cache.invalidate(['product:1']);
        expect(await result('1')).toBe('HIT');
        await process.cache.invalidate([scope]);
        expect(await result('1')).toBe('MISS');
        store = new InProcessCacheStore(clock, 100, 300);
        await store.renewLease();
        await process.stop();
        process = startCacheProcess(store, clock);
      }
    });

    it('are narrowed once the tokens of the products shown were read before the page was loaded', async () => {
      await shows('1', '2');
      await process.cache.invalidate([BROAD]);
      expect(await result('1', '2')).toBe('MISS');
      await process.cache.invalidate([BROAD]);
      expect(await result('1', '2')).toBe('HIT');
      for (const scope of ['product:2', NARROW, GENERAL_SCOPE]) {
        await process.cache.invalidate([scope]);
        expect([scope, await result('1', '2')]).toEqual([scope, 'MISS']);
        await process.cache.invalidate([BROAD]);
        expect([scope, await result('1', '2')]).toEqual([scope, 'HIT']);
      }
    });

    it('are all again when a product is shown that was not known', async () => {
      await shows('1', '2');
      await process.cache.invalidate([BROAD]);
      await shows('1', '3');
      await process.cache.invalidate(['product:3']);
      expect(await result('1', '3')).toBe('HIT');
      await process.cache.invalidate([BROAD]);
      expect(await result('1', '3')).toBe('MISS');
    });

    it('are not narrowed to a product that changed while the page was loaded', async () => {
      await shows('1');
      await process.cache.invalidate([BROAD]);
      const { load, finish } = slow();
      const reader = read(load);
      await process.cache.invalidate(['product:1', BROAD]);
      finish('1');
      await reader;
      expect(await result('1')).toBe('MISS');
    });
  });
});
