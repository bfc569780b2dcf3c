import type {
  Named,
  NewVendor,
  PageOptions,
  Vendor,
  VendorAlias,
  VendorAliasNames,
  VendorFields,
  VendorFilters,
  VendorInventoryStats,
} from '../contracts/index.js';
import type { ChangeOptions, HttpClient, RequestOptions, WriteOptions } from './http.js';
import type { InventoryItem, InventoryItemResult, VendorPage } from './types.js';

const pathOf = (id: string): string => `/api/vendors/${encodeURIComponent(id)}`;

/** Vendors over HTTP, in the same way as `Products`. */
export class Vendors {
  constructor(private readonly http: HttpClient) {}

  /** One page: at most `limit` (20, up to 100) vendors. The next one: the same with `cursor: page.nextCursor`. */
  search(
    filters: VendorFilters = {},
    { signal, ...paging }: Partial<PageOptions> & RequestOptions = {},
  ): Promise<VendorPage> {
    return this.http.read('/api/vendors/search', { ...filters, ...paging }, { signal });
  }

  /** All pages, one after the other, each asked for when it is wanted. */
  async *pages(
    filters: VendorFilters = {},
    options: Partial<PageOptions> & RequestOptions = {},
  ): AsyncGenerator<VendorPage, void, undefined> {
    let cursor: string | null | undefined = options.cursor;
    do {
      const page = await this.search(filters, { ...options, cursor });
      yield page;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /** With `displayName` if a language is asked for. Rejects with `vendor_not_found`. */
  get(id: string, { signal, lang }: { lang?: string | undefined } & RequestOptions = {}): Promise<Named<Vendor>> {
    return this.http.read(pathOf(id), { lang }, { signal });
  }

  /** Rejects with `vendor_not_found`. */
  stats(id: string, options?: RequestOptions): Promise<VendorInventoryStats> {
    return this.http.read(`${pathOf(id)}/stats`, {}, options);
  }

  /** Rejects with `vendor_exists` if the id is taken. */
  create(vendor: NewVendor, options?: WriteOptions): Promise<Vendor> {
    return this.http.write('POST', '/api/vendors', vendor, options);
  }

  /** Sets some fields. Rejects with `vendor_not_found`, `version_mismatch`. */
  update(id: string, updates: Partial<VendorFields>, options?: ChangeOptions): Promise<Vendor> {
    return this.http.write('PATCH', pathOf(id), updates, options);
  }

  /** Names under which imports mean the vendor, for admins. Rejects with `vendor_not_found`. */
  async aliases(id: string, options?: RequestOptions): Promise<VendorAlias[]> {
    return (await this.http.read<{ aliases: VendorAlias[] }>(`${pathOf(id)}/aliases`, {}, options)).aliases;
  }

  /** Lets later imports mean the vendor by these names, for admins. Rejects with `vendor_not_found`, `alias_taken`. */
  addAlias(id: string, names: VendorAliasNames, options?: WriteOptions): Promise<VendorAlias> {
    return this.http.write('POST', `${pathOf(id)}/aliases`, names, options);
  }

  /** Rejects with `vendor_not_found`. */
  removeAlias(id: string, names: VendorAliasNames, options?: WriteOptions): Promise<void> {
    return this.http.write('DELETE', `${pathOf(id)}/aliases`, names, options);
  }

  /** Creates or updates up to 1,000 products of a vendor by their skus; one result each, in order. */
  async setInventory(
    id: string,
    items: readonly InventoryItem[],
    options?: WriteOptions,
  ): Promise<InventoryItemResult[]> {
    const path = `${pathOf(id)}/inventory`;
    return (await this.http.write<{ results: InventoryItemResult[] }>('PUT', path, { items }, options)).results;
  }
}
