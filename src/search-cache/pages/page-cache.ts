import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ReadFloor } from '../../database/index.js';
import { type CachedSearch, jsonOf, type LoadedPage } from './cached-search.js';
import { dependenciesOf } from './page-dependencies.js';
import { SingleFlight } from '../../infra/index.js';
import { FreshnessProbe } from './freshness-probe.js';
import { SearchCacheMetrics } from '../search-cache.metrics.js';
import { ResilientCache } from '../store/resilient-cache.js';
import type { CachedPage, Tokens } from '../store/search-cache-store.js';

export interface ServedPage extends CachedPage {
  result: 'HIT' | 'MISS' | 'BYPASS';
  /** Searches beside the one whose page it is: that found nothing before it, or follow it; 0 for a stored page. */
  inVain: number;
}

/**
 * Loads a page from the database. @param floor what must be in it; a replica that is as far may be asked. Undefined:
 * only the primary.
 */
export type LoadPage = (floor?: ReadFloor) => Promise<LoadedPage>;

type NewPage = Pick<ServedPage, 'body' | 'etag' | 'inVain'>;

/** Reads through the cache. */
@Injectable()
export class PageCache {
  private readonly flights = new SingleFlight<NewPage>();

  constructor(
    private readonly cache: ResilientCache,
    private readonly metrics: SearchCacheMetrics,
    private readonly probe: FreshnessProbe,
  ) {}

  /** The stored page, if it is current and that can be told without waiting. */
  peek(search: CachedSearch, load: () => Promise<LoadedPage>): ServedPage | undefined {
    const page = this.cache.peek(search.key);
    return page && this.hit(search, page, load);
  }

  /**
   * The stored page if it is current, else what `load` brings. Callers that want the same page at once share one
   * `load`, but only if they have read the same tokens: one that comes after an acknowledged write has read a newer
   * token, so it never joins a query that began before that write.
   */
  async read(search: CachedSearch, load: LoadPage): Promise<ServedPage> {
    const read = await this.cache.read(search.key, search.scopes, search.listing);
    if (read.result === 'hit') return this.hit(search, read.page, load);
    if (read.result === 'bypass') return this.bypass(search.kind, load);
    this.metrics.read(search.kind, read.result);
    const { tokens, floor } = read;
    const flight = [search.key, ...search.scopes.map((scope) => tokens.get(scope))].join(' ');
    const page = await this.flights.run(flight, () => this.fill(search, tokens, () => load(floor)));
    return { ...page, result: 'MISS' };
  }

  /** What `load` brings, which is not stored. */
  async bypass(kind: CachedSearch['kind'], load: LoadPage): Promise<ServedPage> {
    this.metrics.read(kind, 'bypass');
    const loaded = await load();
    return { ...pageOf(loaded), inVain: inVain(loaded), result: 'BYPASS' };
  }

  /** Stores a page under tokens that were read before it was loaded. */
  store(search: CachedSearch, tokens: Tokens, loaded: LoadedPage): CachedPage {
    const page = pageOf(loaded);
    const dependencies = dependenciesOf(search, tokens, loaded);
    // Not awaited: the page is ready to be sent, and the store takes commands in order.
    void this.cache.fill(search.key, page, dependencies.tokens, dependencies.hints, search.listing);
    return page;
  }

  private hit(search: CachedSearch, { body, etag }: CachedPage, load: () => Promise<LoadedPage>): ServedPage {
    this.metrics.read(search.kind, 'hit');
    this.probe.sample(search, load);
    return { body, etag, inVain: 0, result: 'HIT' };
  }

  private async fill(search: CachedSearch, tokens: Tokens, load: LoadPage): Promise<NewPage> {
    const loaded = await load();
    const page = loaded.isMakeshift === true ? pageOf(loaded) : this.store(search, tokens, loaded);
    return { ...page, inVain: inVain(loaded) };
  }
}

const inVain = ({ step = 0, firstStep = 0, followUps = [] }: LoadedPage): number => step - firstStep + followUps.length;

function pageOf(loaded: LoadedPage): CachedPage {
  const body = Buffer.from(jsonOf(loaded));
  return { body, etag: `"${hash('sha1', body, 'base64url')}"` };
}
