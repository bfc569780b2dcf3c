import type { Product, ProductFilters, ProductSearchOptions } from '../../src/contracts/index.js';
import type { ProductCommand } from '../../src/inventory/products/write/product-command.js';
import type { Catalogue } from './catalogue.js';
import type { Query } from './model.js';
import { pick } from './random.js';

const LIMIT = 20;

/**
 * What buyers ask for: a category, a commodity by name, one vendor, a state's category; some by price, some within a
 * price range, some only what is there. In random order, which becomes the order of popularity.
 */
export function queries({ products, stateOfVendor }: Catalogue, count: number, random: () => number): Query[] {
  const some = () => pick(products, random);
  const word = () => (/\p{L}{3,}/u.exec(some().name)?.[0] ?? 'onion').toLowerCase();
  const range = ({ basePrice, unit }: Product) => {
    return { per: unit, minPrice: Math.round(basePrice * 0.7), maxPrice: Math.round(basePrice * 1.3) };
  };
  const kinds: [weight: number, make: () => ProductFilters][] = [
    [20, () => ({ category: some().category })],
    [25, () => ({ q: word() })],
    [20, () => ({ vendorId: some().vendorId })],
    [
      15,
      () =>
        productAnd(some(), (product) => ({ category: product.category, state: stateOfVendor.get(product.vendorId) })),
    ],
    [10, () => productAnd(some(), (product) => ({ category: product.category, ...range(product) }))],
    [5, () => ({ category: some().category, availability: 'available' as const })],
    [4, () => ({ q: word(), state: pick([...stateOfVendor.values()], random) })],
    [1, () => ({})],
  ];
  const sorts: ProductSearchOptions['sort'][] = [undefined, undefined, undefined, 'newest', 'price_asc', 'price_desc'];
  const distinct = new Map<string, Query>();
  for (let tries = 0; distinct.size < count && tries < count * 50; tries += 1) {
    const filters = weighted(kinds, random)();
    const query = { filters, options: { limit: LIMIT, sort: pick(sorts, random) } };
    distinct.set(JSON.stringify(query), query);
  }
  return [...distinct.values()];
}

/** What vendors do: mostly prices move a little; stock comes and goes; now and then a product comes or goes. */
export function nextUpdate(products: readonly Product[], random: () => number): ProductCommand {
  const product = pick(products, random);
  const kind = random();
  if (kind < 0.8) {
    const basePrice = Math.max(1, Math.round(product.basePrice * (0.95 + random() * 0.1)));
    return { kind: 'update', id: product.id, updates: { basePrice } };
  }
  if (kind < 0.98) {
    const availability = pick(['available', 'limited', 'out_of_stock'] as const, random);
    return { kind: 'update', id: product.id, updates: { availability } };
  }
  return { kind: 'delete', id: product.id };
}

function productAnd(product: Product, make: (product: Product) => ProductFilters): ProductFilters {
  return make(product);
}

function weighted<Item>(items: readonly [number, Item][], random: () => number): Item {
  let target = random() * items.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, item] of items) if ((target -= weight) < 0) return item;
  return items[0]![1];
}
