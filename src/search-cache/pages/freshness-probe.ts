import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from '../../contracts/index.js';
import { inSlices } from '../../infra/index.js';
import { type CachedSearch, jsonOf, type LoadedPage } from './cached-search.js';
import { SearchCacheMetrics } from '../search-cache.metrics.js';
import { ResilientCache } from '../store/resilient-cache.js';
import type { CachedPage } from '../store/search-cache-store.js';

/** Milliseconds between two probes, and between finding a difference and calling it stale. */
const PROBE_EVERY = 2_000;
const GRACE = 1_000;

interface Sample {
  search: CachedSearch;
  load: () => Promise<LoadedPage>;
}

/**
 * Checks the promise in production: now and then a page that was just served from the cache is compared with the
 * database. A change may be committed but not acknowledged yet when the two are read, so a difference counts only if
 * the cache would still serve the same page after any such acknowledgement should have put it out of date. Then all
 * instances' pages are cleared.
 */
@Injectable()
export class FreshnessProbe implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(FreshnessProbe.name);
  private next: Sample | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly cache: ResilientCache,
    private readonly metrics: SearchCacheMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Proposes a search that has just been a hit; the latest one is probed next. */
  sample(search: CachedSearch, load: () => Promise<LoadedPage>): void {
    this.next = { search, load };
  }

  /** @returns whether a stale page was found */
  async probe({ search, load }: Sample): Promise<boolean> {
    const before = await this.hit(search);
    if (!before) return false;
    const fresh = await load();
    if (fresh.isMakeshift === true || (await sameItems(before, fresh))) return false;
    await new Promise((resolve) => setTimeout(resolve, GRACE).unref());
    const after = await this.hit(search);
    if (!after || after.etag !== before.etag) return false;
    this.metrics.foundStale();
    this.logger.error(`A cached page differs from the database: ${search.key}; all pages are cleared`);
    // Where one is out of date, others may be: whatever has led to it, they go with it.
    await this.cache.clear();
    return true;
  }

  private schedule(): void {
    if (!this.stopped) this.timer = setTimeout(() => void this.tick(), PROBE_EVERY).unref();
  }

  private async tick(): Promise<void> {
    const sample = this.next;
    this.next = null;
    try {
      if (sample) await this.probe(sample);
    } catch (error) {
      // The database is away; there is nothing to compare with.
      this.logger.debug(error);
    }
    this.schedule();
  }

  private async hit({ key, scopes, listing }: CachedSearch): Promise<CachedPage | null> {
    const read = await this.cache.read(key, scopes, listing);
    return read.result === 'hit' ? read.page : null;
  }
}

type Shown = Page<unknown> & { facets?: unknown };

/**
 * The cached page may be of an earlier log position; what it shows must be the same. Item by item: a hundred products
 * with names in 64 languages take 60 ms.
 */
async function sameItems(cached: CachedPage, fresh: LoadedPage): Promise<boolean> {
  const page = JSON.parse(cached.body.toString('utf8')) as Shown;
  const { items, nextCursor, facets } = JSON.parse(jsonOf(fresh)) as Shown;
  let same = page.nextCursor === nextCursor && page.items.length === items.length;
  same &&= isDeepStrictEqual(page.facets, facets);
  await inSlices(items.entries(), ([index, item]) => {
    same &&= isDeepStrictEqual(page.items[index], item);
  });
  return same;
}
