import type { Product, ProductFilters, ProductSearchOptions } from '../../src/contracts/index.js';

export interface ModelPage {
  items: Product[];
  more: boolean;
  /** Opaque: only says that this is not the first page. */
  cursor: string | undefined;
  /** The product this page begins behind. */
  start: Product | undefined;
  priceWindow: { from: number; to: number } | undefined;
}

type Compare = (one: Product, other: Product) => number;

/** The product search's meaning in a few lines: filter, order, cut a page by keyset. */
export function modelPage(
  products: readonly Product[],
  filters: ProductFilters,
  options: ProductSearchOptions,
  page: number,
  start?: Product,
): ModelPage {
  const compare = orderOf(filters, options);
  const found = products.filter((product) => matches(product, filters)).sort(compare);
  const rest = start ? found.filter((product) => compare(product, start) > 0) : found;
  const items = rest.slice(0, options.limit);
  const more = rest.length > options.limit;
  if (page > 0 && more) return modelPage(products, filters, { ...options, cursor: 'later' }, page - 1, items.at(-1));
  return { items, more, cursor: options.cursor, start, priceWindow: windowOf(options, items, more, start) };
}

function matches(product: Product, filters: ProductFilters): boolean {
  const { q, category, vendorId, availability, minPrice = 0, maxPrice = Number.POSITIVE_INFINITY } = filters;
  return (
    (q === undefined || product.name.split(' ').includes(q)) &&
    (category === undefined || product.category === category) &&
    (vendorId === undefined || product.vendorId === vendorId) &&
    (availability === undefined || product.availability === availability) &&
    product.basePrice >= minPrice &&
    product.basePrice <= maxPrice
  );
}

function orderOf({ q }: ProductFilters, { sort }: ProductSearchOptions): Compare {
  const byId: Compare = (one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
  const newest: Compare = (one, other) => -(one.createdAt.localeCompare(other.createdAt) || byId(one, other));
  const whole = (product: Product) => (product.name === q ? 1 : 0);
  switch (sort ?? 'relevance') {
    case 'price_asc':
      return (one, other) => one.basePrice - other.basePrice || byId(one, other);
    case 'price_desc':
      return (one, other) => -(one.basePrice - other.basePrice || byId(one, other));
    case 'newest':
      return newest;
    case 'relevance':
      return (one, other) => whole(other) - whole(one) || newest(one, other);
  }
}

function windowOf({ sort }: ProductSearchOptions, items: Product[], more: boolean, start: Product | undefined) {
  if (sort !== 'price_asc' && sort !== 'price_desc') return undefined;
  const end = more ? items.at(-1)!.basePrice : undefined;
  const [from, to] = sort === 'price_asc' ? [start?.basePrice, end] : [end, start?.basePrice];
  return { from: from ?? 0, to: to ?? Number.POSITIVE_INFINITY };
}
