import { LRUCache } from 'lru-cache';
import type { CachedPage } from '../store/search-cache-store.js';

/** Bounds of memory. */
const MAX_COPIES = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Milliseconds after which an entry is read in Redis again, so that it counts as used there. */
const READ_EVERY = 1_000;

export interface PageCopy {
  page: CachedPage;
  /** The count of invalidations when Redis found the page current. While it stands there, nothing has changed. */
  invalidations: string;
}

export const boundedCopies = (): LRUCache<string, PageCopy> =>
  new LRUCache<string, PageCopy>({
    max: MAX_COPIES,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ page }) => page.body.length + 1,
  });

/** Pages that Redis has found current, kept here so that they needn't come over the wire each time. */
export class PageCopies {
  /** @param copies shared by the partitions of a cluster; keys of pages are of one partition each */
  constructor(private readonly copies: LRUCache<string, PageCopy> = boundedCopies()) {}

  /** The newest count seen; a copy with another one is older, and there is no need to ask. */
  private latest = '';

  /** A copy that is current if the count of invalidations still is its own. */
  probablyCurrent(key: string): PageCopy | undefined {
    const copy = this.copies.get(key);
    return copy !== undefined && copy.invalidations === this.latest ? copy : undefined;
  }

  /** The page under this etag, current or not. */
  page(key: string): CachedPage | undefined {
    return this.copies.get(key, { allowStale: true })?.page;
  }

  /** @param livesFor milliseconds */
  keep(key: string, copy: PageCopy, livesFor: number): void {
    this.latest = copy.invalidations;
    // Without a count nothing can be told later.
    if (copy.invalidations !== '') this.copies.set(key, copy, { ttl: Math.max(1, Math.min(livesFor, READ_EVERY)) });
  }

  saw(invalidations: string): void {
    this.latest = invalidations;
  }

  clear(): void {
    this.copies.clear();
  }
}
