import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PageOptions, ProductFilters, ProductSearchOptions, VendorFilters } from '../../contracts/index.js';
import { SearchCacheService, type ServedPage } from '../../search-cache/index.js';
import { textScopes } from './text-scopes.js';
import { PageLoader } from './page-loader.js';

/** Searches through the cache: a page as it is sent, never older than a change that was acknowledged before the call. */
@Injectable()
export class SearchService implements OnModuleInit {
  constructor(
    private readonly loader: PageLoader,
    private readonly cache: SearchCacheService,
  ) {}

  onModuleInit(): void {
    this.cache.useText(textScopes);
  }

  /** Throws `ValidationFailedError` for a cursor of another search. */
  products(filters: ProductFilters, options: ProductSearchOptions): Promise<ServedPage> {
    return this.cache.readProducts(filters, options, () => this.loader.products(filters, options));
  }

  /** Throws `ValidationFailedError` for a cursor of another search. */
  vendors(filters: VendorFilters, options: PageOptions): Promise<ServedPage> {
    return this.cache.readVendors(filters, options, async () => ({
      page: await this.loader.vendors(filters, options),
    }));
  }
}
