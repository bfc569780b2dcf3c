import type {
  Availability,
  MarketPricesPage,
  Named,
  NewProduct,
  Product,
  ProductFilters,
  ProductSearchOptions,
  ProductUpdates,
  Suggestion,
} from '../contracts/index.js';
import type { ChangeOptions, HttpClient, RequestOptions, WriteOptions } from './http.js';
import type { AvailabilityResult, AvailabilityUpdate, InventoryEvent, ProductPage } from './types.js';

export interface PricesPaging {
  from?: string | undefined;
  to?: string | undefined;
  /** Days; 100, up to 1,000. */
  limit?: number | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

export interface SuggestOptions {
  lang?: string | undefined;
  limit?: number | undefined;
}

const pathOf = (id: string): string => `/api/products/${encodeURIComponent(id)}`;

/**
 * Products over HTTP. Each call resolves with what the server answers and rejects with an `InventoryClientError`; what
 * may pass (no answer, 408, 429, 5xx) is tried again for some 15 seconds.
 */
export class Products {
  constructor(private readonly http: HttpClient) {}

  /** One page: at most `limit` (20, up to 100) products. The next one: the same with `cursor: page.nextCursor`. */
  search(
    filters: ProductFilters = {},
    { signal, ...paging }: Partial<ProductSearchOptions> & RequestOptions = {},
  ): Promise<ProductPage> {
    return this.http.read('/api/products/search', { ...filters, ...paging }, { signal });
  }

  /** Goods that a half-typed text may mean, in any script; at most `limit` (8). */
  async suggest(q: string, options: SuggestOptions & RequestOptions = {}): Promise<Suggestion[]> {
    const { signal, ...rest } = options;
    const { suggestions } = await this.http.read<{ suggestions: Suggestion[] }>(
      '/api/products/suggest',
      { q, ...rest },
      { signal },
    );
    return suggestions;
  }

  /** All pages, one after the other, each asked for when it is wanted. */
  async *pages(
    filters: ProductFilters = {},
    options: Partial<ProductSearchOptions> & RequestOptions = {},
  ): AsyncGenerator<ProductPage, void, undefined> {
    let cursor: string | null | undefined = options.cursor;
    do {
      const page = await this.search(filters, { ...options, cursor });
      yield page;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /** With `displayName` if a language is asked for. Rejects with `product_not_found`. */
  get(id: string, { signal, lang }: { lang?: string | undefined } & RequestOptions = {}): Promise<Named<Product>> {
    return this.http.read(pathOf(id), { lang }, { signal });
  }

  /** Its events after a position, oldest first; the next ones: `after: nextAfter`. */
  history(
    id: string,
    { signal, ...paging }: { after?: number | undefined; limit?: number | undefined } & RequestOptions = {},
  ): Promise<{ events: InventoryEvent[]; nextAfter: number }> {
    return this.http.read(`${pathOf(id)}/history`, paging, { signal });
  }

  /** Prices by market day as price files have them, newest first; `from` and `to` are days, `yyyy-mm-dd`. */
  prices(id: string, { signal, ...paging }: PricesPaging & RequestOptions = {}): Promise<MarketPricesPage> {
    return this.http.read(`${pathOf(id)}/prices`, paging, { signal });
  }

  /** Rejects with `vendor_not_found`, `duplicate_sku`. */
  create(product: NewProduct, options?: WriteOptions): Promise<Product> {
    return this.http.write('POST', '/api/products', product, options);
  }

  /** Sets some fields; the version stays if nothing differs. Rejects with `product_not_found`, `version_mismatch`. */
  update(id: string, updates: ProductUpdates, options?: ChangeOptions): Promise<Product> {
    return this.http.write('PATCH', pathOf(id), updates, options);
  }

  /** Rejects with `product_not_found`, `version_mismatch`. */
  setAvailability(id: string, availability: Availability, options?: ChangeOptions): Promise<Product> {
    return this.http.write('PUT', `${pathOf(id)}/availability`, { availability }, options);
  }

  /** Of up to 1,000 products; one result each, in order. */
  async setAvailabilities(
    updates: readonly AvailabilityUpdate[],
    options?: WriteOptions,
  ): Promise<AvailabilityResult[]> {
    const path = '/api/products/bulk-availability';
    return (await this.http.write<{ results: AvailabilityResult[] }>('POST', path, { updates }, options)).results;
  }

  /** Rejects with `product_not_found`, `version_mismatch`. */
  delete(id: string, options?: ChangeOptions): Promise<void> {
    return this.http.write('DELETE', pathOf(id), undefined, options);
  }
}
