import {
  type ComparablePrice,
  comparablePriceOf,
  type Page,
  type Product,
  type ProductFilters,
  type ProductSearchOptions,
} from '../../src/contracts/index.js';
import { productLexemes } from '../../src/inventory/text/search-document.js';
import { wordsOf } from '../../src/inventory/text/words.js';
import type { Catalogue } from './catalogue.js';

export interface Query {
  filters: ProductFilters;
  options: ProductSearchOptions;
}

/** A search in memory, fast enough to know the truth at every read. Names and categories don't change in it. */
export class Model {
  readonly products: Product[];
  private readonly words: Set<string>[];
  private readonly candidates = new Map<Query, number[]>();

  constructor(private readonly catalogue: Catalogue) {
    this.products = [...catalogue.products];
    this.words = this.products.map((product) => new Set(productLexemes(product)));
  }

  /** The page and, for searches sorted by price, where it ends. All prices are per quintal, in one currency. */
  load(query: Query): { page: Page<Product>; priceEnds?: ComparablePrice[] } {
    const { limit, sort } = query.options;
    const found = this.found(query);
    const compare = orderOf(sort);
    const best: Product[] = [];
    for (const product of found) {
      if (best.length > limit && compare(product, best[limit]!) > 0) continue;
      let at = best.length;
      while (at > 0 && compare(product, best[at - 1]!) < 0) at -= 1;
      best.splice(at, 0, product);
      if (best.length > limit + 1) best.pop();
    }
    const items = best.slice(0, limit);
    const more = best.length > limit;
    const page = { items, nextCursor: more ? 'more' : null, epoch: '', position: 0 };
    if (sort !== 'price_asc' && sort !== 'price_desc') return { page };
    return { page, priceEnds: more ? [comparablePriceOf(items.at(-1)!)] : [] };
  }

  private *found(query: Query): Generator<Product> {
    const { availability, minPrice = 0, maxPrice = Infinity } = query.filters;
    for (const index of this.candidatesOf(query)) {
      const product = this.products[index]!;
      if (availability !== undefined && product.availability !== availability) continue;
      if (product.version > 0 && product.basePrice >= minPrice && product.basePrice <= maxPrice) yield product;
    }
  }

  private candidatesOf(query: Query): number[] {
    let candidates = this.candidates.get(query);
    if (!candidates) {
      const { q, category, vendorId, state } = query.filters;
      const words = q === undefined ? [] : wordsOf(q);
      candidates = [...this.products.keys()].filter((index) => {
        const product = this.products[index]!;
        return (
          (category === undefined || product.category === category) &&
          (vendorId === undefined || product.vendorId === vendorId) &&
          (state === undefined || this.catalogue.stateOfVendor.get(product.vendorId) === state) &&
          words.every((word) => this.words[index]!.has(word) || this.words[index]!.has(`+${word}`))
        );
      });
      this.candidates.set(query, candidates);
    }
    return candidates;
  }
}

function orderOf(sort: ProductSearchOptions['sort']): (one: Product, other: Product) => number {
  const byId = (one: Product, other: Product) => (one.id < other.id ? -1 : 1);
  if (sort === 'price_asc') return (one, other) => one.basePrice - other.basePrice || byId(one, other);
  if (sort === 'price_desc') return (one, other) => other.basePrice - one.basePrice || byId(other, one);
  return (one, other) =>
    one.createdAt === other.createdAt ? byId(other, one) : one.createdAt < other.createdAt ? 1 : -1;
}
