import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PageOptions, ProductFilters, ProductSearchOptions, VendorFilters } from '../../contracts/index.js';
import { type CachedSearch, type LoadedPage, SearchCacheService, type ServedPage } from '../../search-cache/index.js';
import { textScopes } from './text-scopes.js';
import { KnownListings } from './known-listings.js';
import { PageLoader } from './page-loader.js';

/** A search that can be run any number of times. */
export interface PreparedSearch {
  cached: CachedSearch;
  /** Rejects with `ValidationFailedError` for a cursor of another search. */
  load: () => Promise<LoadedPage>;
}

/**
 * Searches through the cache: a page as it is sent, never older than a change that was acknowledged before the call.
 */
@Injectable()
export class SearchService implements OnModuleInit {
  constructor(
    private readonly loader: PageLoader,
    private readonly cache: SearchCacheService,
    private readonly listings: KnownListings,
  ) {}

  onModuleInit(): void {
    this.cache.useText(textScopes);
  }

  prepareProducts(filters: ProductFilters, options: ProductSearchOptions): PreparedSearch {
    return {
      cached: this.cache.productSearch(filters, options),
      load: () => this.loader.products(filters, options),
    };
  }

  prepareVendors(filters: VendorFilters, options: PageOptions): PreparedSearch {
    return {
      cached: this.cache.vendorSearch(filters, options),
      load: async () => ({ page: await this.loader.vendors(filters, options) }),
    };
  }

  /** Throws `ValidationFailedError` for a cursor of another search. */
  run(search: PreparedSearch): Promise<ServedPage> {
    const { cached, load } = search;
    const exists = cached.listing === null || this.listings.exist(cached.listing);
    if (exists === true) return this.cache.read(cached, load);
    return exists.then((there) => (there ? this.cache.read(cached, load) : this.cache.bypass(cached, load)));
  }

  /** The page, if it is cached and that can be told without waiting. */
  peek(search: PreparedSearch): ServedPage | undefined {
    return this.cache.peek(search.cached, search.load);
  }
}
