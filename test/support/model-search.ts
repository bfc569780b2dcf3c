import {
  type ComparablePrice,
  comparablePriceOf,
  isOfGroup,
  priceGroupOf,
  priceRangeOf,
  type PriceTerms,
  type Product,
  type ProductFilters,
  type ProductSearchOptions,
} from '../../src/contracts/index.js';

export interface ModelPage {
  items: Product[];
  more: boolean;
  /** Opaque: only says that this is not the first page. */
  cursor: string | undefined;
  /** The product this page begins behind. */
  start: Product | undefined;
  priceEnds: ComparablePrice[] | undefined;
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
  return { items, more, cursor: options.cursor, start, priceEnds: endsOf(options, items, more, start) };
}

function matches(product: Product, filters: ProductFilters): boolean {
  const { q, category, vendorId, availability } = filters;
  return (
    (q === undefined || product.name.split(' ').includes(q)) &&
    (category === undefined || product.category === category) &&
    (vendorId === undefined || product.vendorId === vendorId) &&
    (availability === undefined || product.availability === availability) &&
    isInPriceRange(product, filters)
  );
}

export function isInPriceRange(product: Product, filters: ProductFilters): boolean {
  const [range, price] = [priceRangeOf(filters), comparablePriceOf(product)];
  return range === undefined || (isOfGroup(price, range) && price.amount >= range.from && price.amount <= range.to);
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const byId: Compare = (one, other) => byText(one.id, other.id);

function orderOf(filters: ProductFilters, { sort }: ProductSearchOptions): Compare {
  if (sort === 'price_asc' || sort === 'price_desc') return comparedByPrice(filters, sort);
  const newest: Compare = (one, other) => -(one.createdAt.localeCompare(other.createdAt) || byId(one, other));
  if (sort === 'newest') return newest;
  const whole = (product: Product) => (product.name === filters.q ? 1 : 0);
  return (one, other) => whole(other) - whole(one) || newest(one, other);
}

/** What is comparable with what is asked for comes first; all others follow by dimension and currency. */
export function comparedByPrice(terms: PriceTerms, sort: 'price_asc' | 'price_desc'): Compare {
  const part = (product: Product) => (isOfGroup(comparablePriceOf(product), priceGroupOf(terms)) ? 0 : 1);
  const way = sort === 'price_asc' ? 1 : -1;
  return (one, other) => {
    const [left, right] = [comparablePriceOf(one), comparablePriceOf(other)];
    const groups = byText(left.per, right.per) || byText(left.currency, right.currency);
    return part(one) - part(other) || way * (groups || left.amount - right.amount || byId(one, other));
  };
}

function endsOf({ sort }: ProductSearchOptions, items: Product[], more: boolean, start: Product | undefined) {
  if (sort !== 'price_asc' && sort !== 'price_desc') return undefined;
  return [start, more ? items.at(-1) : undefined].flatMap((product) => (product ? comparablePriceOf(product) : []));
}
