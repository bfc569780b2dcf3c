import type { SearchedFields, Vendor } from '../../contracts/index.js';

/** What vendors are found by. */
export type FoundVendorFields = Pick<Vendor, 'name' | 'names' | 'market' | 'district' | 'state'>;

/**
 * What the search's text and the products' texts have in common, told by the module that knows how words are found:
 * if a product is found by a query, at least one of the query's texts is among the product's. The same of vendors.
 */
export interface TextScopes {
  ofProduct(product: SearchedFields): readonly string[];
  ofVendor(vendor: FoundVendorFields): readonly string[];
  /** `undefined`: the query is too short to tell. */
  ofQuery(q: string): readonly string[] | undefined;
}
