import type { FoundProduct, InventoryEvent, Product, ProductFilters, ProductSort } from '../contracts/index.js';
import type { ProductPage } from './types.js';

export type PageQuery = ProductFilters & { sort?: ProductSort | undefined };

/** What a text is looked for in; the server adds what it knows of translations and spellings. */
const SEARCHED = ['name', 'names', 'description', 'category'] as const;

/**
 * What an event does to a page: nothing, a new state of a product on it, or something only the server can tell, because
 * products may come, go or change places. Never patches what might need to be asked for.
 */
export function effectOf(event: InventoryEvent, page: ProductPage, query: PageQuery): ProductPage | 'none' | 'refetch' {
  const index = page.items.findIndex(({ id }) => id === event.productId);
  const item = page.items[index];
  if (!item) return elsewhere(event, query) ? 'refetch' : 'none';
  // The page was read after this change.
  if (event.version <= item.version) return 'none';
  const { product } = event;
  const moves = orderFields(query).some((field) => JSON.stringify(item[field]) !== JSON.stringify(product[field]));
  if (event.eventType === 'product_deleted' || moves || !matches(product, query)) return 'refetch';
  const items = page.items.with(index, found(product, item.vendor, query.lang));
  return { ...page, items, position: Math.max(page.position, event.position) };
}

/** Whether a product that isn't on the page may come onto it, or may have been on one after it. */
function elsewhere({ eventType, product, changes }: InventoryEvent, query: PageQuery): boolean {
  if (eventType === 'product_created' || eventType === 'product_deleted') return matches(product, query);
  // Events of one write share the last state and each has its own changes only, so each field is looked at by itself.
  const entersOrLeaves = changes.some(({ field, oldValue, newValue }) => {
    const passes = (value: unknown): boolean => matches({ [field]: value }, query);
    return passes(oldValue) !== passes(newValue);
  });
  const fields: readonly string[] = orderFields(query);
  return entersOrLeaves || (matches(product, query) && changes.some(({ field }) => fields.includes(field)));
}

/** Whether the fields that are given pass the filters that can be judged here. */
function matches(product: Partial<Product>, { vendorId, category, availability, ...query }: PageQuery): boolean {
  const { minPrice = 0, maxPrice = Number.POSITIVE_INFINITY } = query;
  const is = (value: unknown, wanted: unknown): boolean =>
    value === undefined || wanted === undefined || value === wanted;
  const price = product.basePrice ?? minPrice;
  return (
    is(product.vendorId, vendorId) &&
    is(product.category, category) &&
    is(product.availability, availability) &&
    price >= minPrice &&
    price <= maxPrice
  );
}

/** Fields that decide the place of a product, or with a text whether it is found at all. */
function orderFields({ q, sort }: PageQuery): readonly (keyof Product)[] {
  const price = sort === 'price_asc' || sort === 'price_desc' ? (['basePrice'] as const) : [];
  return [...price, ...(q === undefined ? [] : SEARCHED)];
}

function found(product: Product, vendor: FoundProduct['vendor'], lang: string | undefined): FoundProduct {
  return { ...product, vendor, ...(lang !== undefined && { displayName: product.names[lang] ?? product.name }) };
}
