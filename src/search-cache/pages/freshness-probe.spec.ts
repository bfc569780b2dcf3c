import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import { aPage, aSearch, type CacheProcess, NARROW, startCacheProcess } from '../../../test/support/page-cache.js';
import type { LoadedPage } from './cached-search.js';
import { InProcessCacheStore } from '../in-process/in-process-cache-store.js';

Logger.overrideLogger(false);

describe('the freshness probe', () => {
  const clock = new StoppedClock();
  let store: InProcessCacheStore;
  let process: CacheProcess;
  /** What the database holds now. */
  let stored: LoadedPage;
  let loads: number;

  beforeEach(async () => {
    jest.useFakeTimers();
    store = new InProcessCacheStore(clock, 100, 300);
    await store.renewLease();
    process = startCacheProcess(store, clock);
    stored = aPage(['1']);
    await read();
    loads = 0;
  });
  afterEach(async () => {
    await process.stop();
    jest.useRealTimers();
  });

  const search = aSearch();
  const load = () => {
    loads += 1;
    return Promise.resolve(stored);
  };
  const read = async () => (await process.pages.read(search, load)).result;
  const probe = async (during: () => Promise<unknown> = () => Promise.resolve()) => {
    const found = process.probe.probe({ search, load });
    await jest.advanceTimersByTimeAsync(500);
    await during();
    await jest.advanceTimersByTimeAsync(500);
    return found;
  };

  it('finds a page that nobody has put out of date', async () => {
    stored = aPage(['1', '2']);
    expect(await probe()).toBe(true);
    expect(process.counts.stalePages).toBe(1);
    await read();
    stored = aPage(['1', '2'], { nextCursor: 'more' });
    expect(await probe()).toBe(true);
    expect(process.counts.stalePages).toBe(2);
  });

  it('compares no page with a makeshift', async () => {
    stored = { ...aPage(['1', '2']), isMakeshift: true };
    expect(await probe()).toBe(false);
    expect(process.counts.stalePages).toBe(0);
  });

  it('clears all pages when it has found one', async () => {
    const other = aSearch('other');
    const readOther = async () => (await process.pages.read(other, load)).result;
    await readOther();
    expect(await readOther()).toBe('HIT');
    stored = aPage(['1', '2']);
    expect(await probe()).toBe(true);
    expect([await read(), await readOther()]).toEqual(['MISS', 'MISS']);
  });

  it('finds nothing in a page that is as the database says, read at whatever position', async () => {
    stored = aPage(['1'], { position: 7 });
    expect(await probe()).toBe(false);
    expect(loads).toBe(1);
    expect(process.counts.stalePages).toBe(0);
  });

  it('does not cry wolf when a change is committed and its scopes are about to be invalidated', async () => {
    stored = aPage(['1', '2']);
    expect(await probe(() => process.cache.invalidate([NARROW]))).toBe(false);
  });

  it('does not cry wolf when somebody has cached the new page meanwhile', async () => {
    stored = aPage(['1', '2']);
    const renewAndRead = async () => {
      await process.cache.invalidate([NARROW]);
      await read();
    };
    expect(await probe(renewAndRead)).toBe(false);
    expect(await read()).toBe('HIT');
    expect(process.counts.stalePages).toBe(0);
  });

  it('does not ask the database when the page is not served from the cache any more', async () => {
    stored = aPage([]);
    await process.cache.invalidate([NARROW]);
    expect(await probe()).toBe(false);
    store['leaseUntil'] = 0;
    expect(await probe()).toBe(false);
    expect(loads).toBe(0);
  });

  it('probes the search that was served last, every other second, and survives the loss of the database', async () => {
    process.probe.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(loads).toBe(0);
    await read();
    stored = aPage([]);
    await jest.advanceTimersByTimeAsync(3_000);
    expect([loads, process.counts.stalePages]).toEqual([1, 1]);

    process.probe.sample(search, () => Promise.reject(new Error('no database')));
    await jest.advanceTimersByTimeAsync(2_000);
    // What was found has been cleared: the search is loaded once more, and then it is as the database says.
    await read();
    await read();
    await jest.advanceTimersByTimeAsync(3_000);
    expect([loads, process.counts.stalePages]).toEqual([3, 1]);
    process.probe.onModuleDestroy();
    expect(jest.getTimerCount()).toBe(0);
  });
});
