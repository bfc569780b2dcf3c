import type { NewInventoryEvent, Product } from '../../contracts/index.js';
import { categoriesOf } from '../../events/index.js';
import { inSlices } from '../../infra/index.js';
import { BRACKETS } from './price-brackets.js';
import { PRICE_CROSSINGS } from './price-crossings.js';
import {
  type Aspect,
  edgeScopes,
  LISTED_VENDORS_SCOPE,
  listedVendorScope,
  OPEN,
  type Listing,
  listingScope,
  productScope,
  textScope,
  vendorsOfCategoryScope,
} from './scope-names.js';
import type { TextScopes } from './text-scopes.js';

const ASPECT_OF: Record<NewInventoryEvent['eventType'], Aspect> = {
  product_created: 'set',
  product_deleted: 'set',
  product_updated: 'set',
  price_changed: 'price',
  availability_changed: 'stock',
};

/** Where a product was and is, over all the events of one call that concern it. */
interface Trace {
  vendor: string;
  categories: Set<string>;
  prices: Set<number>;
  aspects: Set<Aspect>;
}

/**
 * Every scope whose searches may have another result after these events: all combinations of each product's old and
 * new coordinates, each also left open; the texts it was or is found by; the prices it has crossed. The events of one
 * change belong into one call: a product that changes price and category at once leaves a combination that neither of
 * its events names alone.
 *
 * Listings that no search has looked at are left out, if that is known: most of them are of one vendor alone.
 *
 * The other side is `ProductSearchScopes`; the law between them: if an event changes a search's result, they share a
 * scope.
 */
export function scopesOfEvents(
  events: readonly NewInventoryEvent[],
  text: TextScopes,
  isWatched: (listing: Listing) => boolean = () => true,
): Set<string> {
  const scopes = scopesBesideTexts(events, isWatched);
  for (const state of searchedStates(events)) addTexts(scopes, state, text);
  return scopes;
}

/**
 * The scopes of texts among them. Words take long to make, and never depend on who watches: so they are made once, in
 * slices.
 */
export async function textScopesOfEvents(
  events: readonly NewInventoryEvent[],
  text: TextScopes,
): Promise<ReadonlySet<string>> {
  const scopes = new Set<string>();
  await inSlices(searchedStates(events), (state) => addTexts(scopes, state, text));
  return scopes;
}

/** All others. */
export function scopesBesideTexts(
  events: readonly NewInventoryEvent[],
  isWatched: (listing: Listing) => boolean,
): Set<string> {
  const scopes = new Set<string>();
  /** Products of which a listing is watched; mostly none, and following a product costs more than all the rest. */
  const seen = new Set<string>();
  for (const event of events) {
    scopes.add(productScope(event.productId));
    addVendors(scopes, event);
    if (isSeen(event, isWatched)) seen.add(event.productId);
  }
  if (seen.size === 0) return scopes;
  const traces = new Map<string, Trace>();
  for (const event of events) if (seen.has(event.productId)) follow(traces, event);
  for (const trace of traces.values()) addListings(scopes, trace, isWatched);
  return scopes;
}

function isSeen(event: NewInventoryEvent, isWatched: (listing: Listing) => boolean): boolean {
  const isListed = (category: string): boolean =>
    isWatched({ vendor: event.vendorId, category }) || isWatched({ vendor: OPEN, category });
  return isListed(OPEN) || categoriesOf(event).some(isListed);
}

function follow(traces: Map<string, Trace>, event: NewInventoryEvent): void {
  let trace = traces.get(event.productId);
  if (!trace) {
    trace = { vendor: event.vendorId, categories: new Set(), prices: new Set(), aspects: new Set() };
    traces.set(event.productId, trace);
  }
  for (const category of categoriesOf(event)) trace.categories.add(category);
  trace.prices.add(event.product.basePrice);
  const price = event.changes.find(({ field }) => field === 'basePrice');
  if (typeof price?.oldValue === 'number') trace.prices.add(price.oldValue);
  trace.aspects.add(ASPECT_OF[event.eventType]);
}

function addListings(scopes: Set<string>, trace: Trace, isWatched: (listing: Listing) => boolean): void {
  const { vendor, categories, prices, aspects } = trace;
  const listings = [OPEN, ...categories].flatMap((category) => [
    { vendor, category },
    { vendor: OPEN, category },
  ]);
  const watched = listings.filter(isWatched);
  const brackets = [OPEN, ...new Set([...prices].flatMap((price) => BRACKETS.between(price, price)))];
  const edges = aspects.has('price') ? PRICE_CROSSINGS.between(Math.min(...prices), Math.max(...prices)) : [];
  for (const listing of watched) {
    for (const aspect of aspects) for (const bracket of brackets) scopes.add(listingScope(listing, bracket, aspect));
    for (const edge of edgeScopes(listing, edges)) scopes.add(edge);
  }
}

/** A renamed product was found by its old texts and is found by its new ones. */
function* searchedStates(events: readonly NewInventoryEvent[]): Generator<Product> {
  for (const { eventType, product, changes } of events) {
    if (ASPECT_OF[eventType] !== 'set') continue;
    yield product;
    if (changes.length === 0) continue;
    yield { ...product, ...Object.fromEntries(changes.map(({ field, oldValue }) => [field, oldValue])) };
  }
}

function addTexts(scopes: Set<string>, state: Product, text: TextScopes): void {
  for (const one of text.ofProduct(state)) scopes.add(textScope(one));
}

/** Vendor searches show how many products a vendor has and how many are available, and filter by category. */
function addVendors(scopes: Set<string>, event: NewInventoryEvent): void {
  const { eventType, vendorId, changes } = event;
  if (eventType === 'price_changed') return;
  const isMoved = changes.some(({ field }) => field === 'category');
  if (eventType === 'product_updated' && !isMoved) return;
  if (eventType !== 'product_updated') {
    scopes.add(listedVendorScope(vendorId));
    scopes.add(LISTED_VENDORS_SCOPE);
  }
  if (eventType === 'availability_changed') return;
  for (const category of categoriesOf(event)) scopes.add(vendorsOfCategoryScope(category));
}
