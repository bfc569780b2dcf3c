import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type {
  FoundProduct,
  FoundVendor,
  Page,
  PageOptions,
  ProductFilters,
  ProductSearchOptions,
  VendorFilters,
} from '../contracts/index.js';
import type { ReadFloor } from '../database/index.js';
import { type CachedSearch, type LoadedPage, productSearch, vendorSearch } from './pages/cached-search.js';
import type { LooserSearches } from './pages/canonical-search.js';
import { type CacheStats, CacheStatsReader } from './http/cache-stats.js';
import { SearchCacheInvalidator } from './invalidation/search-cache-invalidator.js';
import { SearchText } from './scopes/search-text.js';
import type { TextScopes } from './scopes/text-scopes.js';
import { type LoadPage, PageCache, type ServedPage } from './pages/page-cache.js';
import { ResilientCache } from './store/resilient-cache.js';
import type { Tokens } from './store/search-cache-store.js';

/**
 * The search cache's front door. Searches go through `read`; the `getCached…`/`cache…` pairs
 * are for callers who load pages themselves.
 */
@Injectable()
export class SearchCacheService implements OnModuleDestroy {
  private static instance: SearchCacheService | undefined;

  /** Tokens that a `getCached…` has read, by the very filters object it was called with. */
  private readonly tokensRead = new WeakMap<object, Tokens>();

  constructor(
    private readonly pages: PageCache,
    private readonly cache: ResilientCache,
    private readonly invalidator: SearchCacheInvalidator,
    private readonly statsReader: CacheStatsReader,
    private readonly text: SearchText,
  ) {
    SearchCacheService.instance = this;
  }

  /** The container's one instance, for code outside of dependency injection. Throws before the container exists. */
  static getInstance(): SearchCacheService {
    if (!this.instance) throw new Error('SearchCacheService: the application is not running');
    return this.instance;
  }

  onModuleDestroy(): void {
    if (SearchCacheService.instance === this) SearchCacheService.instance = undefined;
  }

  /** Lets the module that knows how words are found tell which changes touch which texts. */
  useText(text: TextScopes): void {
    this.text.use(text);
  }

  /** How the cache sees a search; may be kept and read any number of times. */
  productSearch(filters: ProductFilters, options: ProductSearchOptions, looser: LooserSearches = {}): CachedSearch {
    return productSearch(filters, options, this.text, looser);
  }

  vendorSearch(filters: VendorFilters, options: PageOptions, looser?: VendorFilters): CachedSearch {
    return vendorSearch(filters, options, this.text, looser);
  }

  /** The page as it is sent: the stored one if it is current, else what `load` brings. */
  read(search: CachedSearch, load: LoadPage): Promise<ServedPage> {
    return this.pages.read(search, load);
  }

  /** What `load` brings, which is not stored. */
  bypass(kind: CachedSearch['kind'], load: LoadPage): Promise<ServedPage> {
    return this.pages.bypass(kind, load);
  }

  /** The stored page, if it is current and that can be told without waiting. */
  peek(search: CachedSearch, load: () => Promise<LoadedPage>): ServedPage | undefined {
    return this.pages.peek(search, load);
  }

  /** The page if it is cached and current, else null. */
  getCachedProductSearch(filters: ProductFilters, options: ProductSearchOptions): Promise<Page<FoundProduct> | null> {
    return this.get(this.productSearch(filters, options), filters);
  }

  /**
   * Stores a page. After a `getCachedProductSearch` with the same filters object that found nothing, `result` may be
   * as old as that call: a change since then makes it count as out of date. Without one it is taken as current now.
   */
  cacheProductSearch(
    filters: ProductFilters,
    options: ProductSearchOptions,
    result: Page<FoundProduct>,
  ): Promise<void> {
    return this.put(this.productSearch(filters, options), filters, result);
  }

  /** The page if it is cached and current, else null. */
  getCachedVendorSearch(filters: VendorFilters, options: PageOptions): Promise<Page<FoundVendor> | null> {
    return this.get(this.vendorSearch(filters, options), filters);
  }

  /** Stores a page; see `cacheProductSearch`. */
  cacheVendorSearch(filters: VendorFilters, options: PageOptions, result: Page<FoundVendor>): Promise<void> {
    return this.put(this.vendorSearch(filters, options), filters, result);
  }

  /** What has every change acknowledged so far, of any instance: the floor for reading what isn't cached. */
  floor(): Promise<ReadFloor> {
    return this.cache.floor();
  }

  getCacheStats(): Promise<CacheStats> {
    return this.statsReader.read();
  }

  /** Empties the cache for all instances. */
  async clearAllCaches(): Promise<void> {
    await this.invalidator.clear();
  }

  private async get<Result>(search: CachedSearch, filters: object): Promise<Result | null> {
    const read = await this.cache.read(search.key, search.scopes, search.listing);
    // After a bypass nothing says how old the caller's result is, so it must not be stored.
    if (read.result !== 'hit') this.tokensRead.set(filters, read.result === 'miss' ? read.tokens : new Map());
    return read.result === 'hit' ? (JSON.parse(read.page.body.toString('utf8')) as Result) : null;
  }

  private async put(search: CachedSearch, filters: object, page: LoadedPage['page']): Promise<void> {
    let tokens = this.tokensRead.get(filters);
    this.tokensRead.delete(filters);
    if (!tokens) {
      const read = await this.cache.read(search.key, search.scopes, search.listing);
      if (read.result !== 'miss') return;
      tokens = read.tokens;
    }
    // The result may come from anywhere, so its tokens may be of another search with other scopes.
    if (search.scopes.every((scope) => tokens.has(scope))) this.pages.store(search, tokens, { page });
  }
}
