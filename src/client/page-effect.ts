import type { FoundProduct, Product, ProductFilters, ProductSearchOptions } from '../contracts/index.js';
import { fits, matches } from './page-bounds.js';
import { orderOf, startOf } from './page-order.js';
import { same } from './same.js';
import type { InventoryEvent, ProductPage } from './types.js';
import type { UnmatchedTexts } from './unmatched-texts.js';

export type PageQuery = ProductFilters & Partial<ProductSearchOptions>;

/** What the words of a search are looked for in; the server adds what it knows of translations and spellings. */
const SEARCHED = ['name', 'names', 'description', 'category'] as const;

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
  const isOwed = unmatched.see(event);
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
  const textsDiffer = query.q !== undefined && SEARCHED.some((field) => !same(item[field], product[field]));
  if (leaves || textsDiffer) return 'refetch';
  const items = placed(found(product, item.vendor, query.lang), index, page, query);
  return items ? { ...page, items, position: Math.max(page.position, event.position) } : 'refetch';
}

const isOfTexts = ({ field }: { field: string }): boolean => SEARCHED.some((searched) => searched === field);

/** Whether a product that isn't on the page may be on it now. */
function mayBringIn(event: InventoryEvent, page: ProductPage, query: PageQuery, unmatched: UnmatchedTexts): boolean {
  const { eventType, product, changes } = event;
  // Events of one write share the last state and each has its own changes only: another one of them may say more.
  const before = Object.fromEntries(changes.map(({ field, oldValue }) => [field, oldValue]));
  const was = eventType !== 'product_created' && fits({ ...product, ...before }, page, query);
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
  if (order === undefined || items[index]![order.field] === item[order.field]) return items.with(index, item);
  const others = items.toSpliced(index, 1);
  const behind = others.findIndex((other) => order.compare(item, other) < 0);
  const place = behind < 0 ? others.length : behind;
  const last = items.length - 1;
  if (nextCursor !== null && (index === last || place === last)) return undefined;
  const start = startOf(query, order);
  const isFirstOfAll = query.cursor === undefined || (start !== undefined && order.compare(item, start) > 0);
  return place > 0 || isFirstOfAll ? others.toSpliced(place, 0, item) : undefined;
}

function found(product: Product, vendor: FoundProduct['vendor'], lang: string | undefined): FoundProduct {
  return { ...product, vendor, ...(lang !== undefined && { displayName: product.names[lang] ?? product.name }) };
}
