import type { SearchedFields } from '../../contracts/index.js';

/**
 * What the search's text and the products' texts have in common, told by the module that knows how words are found:
 * if a product is found by a query, at least one of the query's texts is among the product's.
 */
export interface TextScopes {
  ofProduct(product: SearchedFields): readonly string[];
  /** `undefined`: the query is too short to tell. */
  ofQuery(q: string): readonly string[] | undefined;
}
