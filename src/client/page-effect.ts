import {
  type FoundProduct,
  nameIn,
  pricePerOf,
  type Product,
  type ProductFilters,
  type ProductSearchOptions,
  SEARCHED_FIELDS,
} from '../contracts/index.js';
import { fits, matches } from './page-bounds.js';
import { compared, orderOf, startOf } from './page-order.js';
import { same } from './same.js';
import type { InventoryEvent, ProductEvent, ProductPage, VendorEvent } from './types.js';
import type { UnmatchedTexts } from './unmatched-texts.js';

export type PageQuery = ProductFilters & Partial<ProductSearchOptions>;

/**
 * What an event does to a page: nothing, a new state of it, or something only the server can tell, because products may
 * come or go. Never patches what might need to be asked for. An event that does nothing to the items may still take the
 * last product behind the page away: the page that `nextCursor` leads to is then empty.
 *
 * @param page as it is without the event, all earlier ones included
 * @param unmatched sees every event of the room, those that the page includes as well
 */
export function effectOf(
  event: InventoryEvent,
  page: ProductPage,
  query: PageQuery,
  unmatched: UnmatchedTexts,
): ProductPage | 'none' | 'refetch' {
  const isIncluded = event.epoch === page.epoch && event.position <= page.position;
  if (event.vendor) return isIncluded ? 'none' : effectOfVendor(event, page, query);
  const isOwed = unmatched.see(event);
  // They count products that aren't on the page.
  if (query.facets?.length && !isIncluded) return 'refetch';
  const index = page.items.findIndex(({ id }) => id === event.productId);
  const item = page.items[index];
  if (!item && !isIncluded) return mayBringIn(event, page, query, unmatched) || isOwed ? 'refetch' : 'none';
  if (!item && event.eventType !== 'product_deleted') unmatched.learn(event, page);
  if (isOwed) return 'refetch';
  if (!item || isIncluded) return 'none';
  if (event.version <= item.version) return 'none';
  const { product } = event;
  const leaves = event.eventType === 'product_deleted' || !matches(product, query);
  // By the states: the events of one write share the last one, so what this one doesn't name may have changed as well.
  const rankDiffers = query.q !== undefined && RANKED_BY.some((field) => !same(item[field], product[field]));
  if (leaves || rankDiffers) return 'refetch';
  const items = placed(found(product, item.vendor, query), index, page, query);
  return items ? { ...page, items, position: Math.max(page.position, event.position) } : 'refetch';
}

/** What tells how well a text fits, and whether its good is on the page or something has to come behind. */
const RANKED_BY = [...SEARCHED_FIELDS, 'commodity'] as const;

/** What a page shows of a product's vendor. */
const SHOWN = ['name', 'names', 'market', 'district', 'state'] as const;

/** Products come and go with their vendor only where a search asks for its region. */
function effectOfVendor(
  { epoch, position, vendor, vendorId }: VendorEvent,
  page: ProductPage,
  asked: PageQuery,
): ProductPage | 'none' | 'refetch' {
  if ((asked.state ?? asked.district ?? asked.market) !== undefined || page.interpretation.place) return 'refetch';
  const differs = (item: FoundProduct): boolean =>
    item.vendorId === vendorId && SHOWN.some((field) => !same(item.vendor[field], vendor[field]));
  if (!page.items.some(differs)) return 'none';
  const { id, name, names, market, district: inDistrict, state: inState } = vendor;
  const shown = { id, name, names, market, district: inDistrict, state: inState };
  const items = page.items.map((item) => (differs(item) ? { ...item, vendor: shown } : item));
  return { ...page, items, position: epoch === page.epoch ? Math.max(page.position, position) : page.position };
}

const isOfTexts = ({ field }: { field: string }): boolean => SEARCHED_FIELDS.some((searched) => searched === field);

/** What a price means, which another event of the same write may change. */
const PRICE_TERMS: readonly string[] = ['unit', 'unitWeightKg', 'currency'];

/** Whether a product that isn't on the page may be on it now. */
function mayBringIn(event: ProductEvent, page: ProductPage, query: PageQuery, unmatched: UnmatchedTexts): boolean {
  const { eventType, product, changes } = event;
  // Events of one write share the last state and each has its own changes only: another one of them may say more.
  const before = Object.fromEntries(changes.map(({ field, oldValue }) => [field, oldValue]));
  // With another unit, no event alone tells what the price was before.
  const isTold = eventType !== 'product_created' && !changes.some(({ field }) => PRICE_TERMS.includes(field));
  const was = isTold && fits({ ...product, ...before }, page, query);
  const is = eventType !== 'product_deleted' && fits(product, page, query);
  const toldAnew = query.q !== undefined && changes.some(isOfTexts);
  if (!is) unmatched.left(event);
  else if (!was || toldAnew) return unmatched.mayMatch(event);
  // It was within the bounds of the page already, and the server has left it out.
  else if (event.epoch === page.epoch) unmatched.learn(event, page);
  return false;
}

/**
 * The items with a new state of the one at `index`, in their order. Undefined if others may come between them, or if
 * the item that the next page begins behind is another.
 */
function placed(item: FoundProduct, index: number, page: ProductPage, query: PageQuery): FoundProduct[] | undefined {
  const { items, nextCursor } = page;
  const order = orderOf(query);
  if (order === undefined) return items.with(index, item);
  const keys = order.keysOf(item);
  if (compared(order, keys, order.keysOf(items[index]!)) === 0) return items.with(index, item);
  const others = items.toSpliced(index, 1);
  const behind = others.findIndex((other) => compared(order, keys, order.keysOf(other)) < 0);
  const place = behind < 0 ? others.length : behind;
  const last = items.length - 1;
  if (nextCursor !== null && (index === last || place === last)) return undefined;
  const start = startOf(query, order);
  const isFirstOfAll = query.cursor === undefined || (start !== undefined && compared(order, keys, start) > 0);
  return place > 0 || isFirstOfAll ? others.toSpliced(place, 0, item) : undefined;
}

function found(product: Product, vendor: FoundProduct['vendor'], query: PageQuery): FoundProduct {
  const { lang } = query;
  const named = lang !== undefined && { displayName: nameIn(product.names, lang) ?? product.name };
  return { ...product, vendor, pricePer: pricePerOf(product, query), ...named };
}
