import {
  comparablePriceOf,
  type EventContent,
  type Product,
  type ProductEventType,
  type UnitPrice,
  type Vendor,
} from '../../contracts/index.js';
import { categoriesOf } from '../../events/index.js';
import { inSlices } from '../../infra/index.js';
import { BRACKETS } from './price-brackets.js';
import { PRICE_CROSSINGS } from './price-crossings.js';
import {
  type Aspect,
  bracketName,
  edgeScopes,
  groupName,
  LISTED_VENDORS_SCOPE,
  listedVendorScope,
  OPEN,
  type Listing,
  listingScope,
  productScope,
  regroupedScope,
  SHOWN_PRODUCTS_SCOPE,
  textScope,
  vendorsOfCategoryScope,
  vendorTextScope,
} from './scope-names.js';
import { foundVendorStates, scopesOfVendorCreation, scopesOfVendorUpdate } from './scopes-of-vendors.js';
import type { TextScopes } from './text-scopes.js';

type ProductContent = Extract<EventContent, { eventType: ProductEventType }>;
type VendorContent = Extract<EventContent, { vendor: Vendor }>;

const ASPECT_OF: Record<ProductEventType, Aspect> = {
  product_created: 'set',
  product_deleted: 'set',
  product_updated: 'set',
  price_changed: 'price',
  availability_changed: 'stock',
};

/** What the comparable price is made of. */
const PRICED_BY: ReadonlySet<string> = new Set<keyof UnitPrice>(['basePrice', 'currency', 'unit', 'unitWeightKg']);

/** Where a product was and is, over all the events of one call that concern it. */
interface Trace {
  vendor: string;
  categories: Set<string>;
  /** By version: the events of one change share the state after it, and each has its own part of the state before. */
  prices: Map<number, { before: UnitPrice | undefined; after: UnitPrice }>;
  aspects: Set<Aspect>;
}

/**
 * Every scope whose searches may have another result after these events: all combinations of each product's old and
 * new coordinates, each also left open; the texts it was or is found by; the prices it has crossed. The events of one
 * change belong into one call: a product that changes price and category at once leaves a combination that neither of
 * its events names alone. Of vendors, see `scopesOfVendorUpdate`.
 *
 * Listings that no search has looked at are left out, if that is known: most of them are of one vendor alone.
 *
 * The other side are `ProductSearchScopes` and `VendorSearchScopes`; the law between them: if an event changes a
 * search's result, they share a scope.
 */
export function scopesOfEvents(
  events: readonly EventContent[],
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
  events: readonly EventContent[],
  text: TextScopes,
): Promise<ReadonlySet<string>> {
  const scopes = new Set<string>();
  await inSlices(searchedStates(events), (state) => addTexts(scopes, state, text));
  return scopes;
}

/** All others. */
export function scopesBesideTexts(
  events: readonly EventContent[],
  isWatched: (listing: Listing) => boolean,
): Set<string> {
  const scopes = new Set<string>();
  /** Products of which a listing is watched; mostly none, and following a product costs more than all the rest. */
  const seen = new Set<string>();
  for (const event of events) {
    if (event.vendor) {
      addVendor(scopes, event);
      continue;
    }
    if (event.eventType === 'price_recorded') {
      // A report of an older day changes no product; one of the same price only what is shown of it.
      if (event.changes.length === 0) continue;
      scopes.add(productScope(event.productId)).add(SHOWN_PRODUCTS_SCOPE);
      // No scope depends on it, but the partitions of a change are those of the listings that it asks about.
      isWatched({ vendor: event.vendorId, category: OPEN });
      continue;
    }
    scopes.add(productScope(event.productId));
    addListedVendors(scopes, event);
    if (isSeen(event, isWatched)) seen.add(event.productId);
  }
  if (seen.size === 0) return scopes;
  const traces = new Map<string, Trace>();
  for (const event of events) if (event.product && seen.has(event.productId)) follow(traces, event);
  for (const trace of traces.values()) addListings(scopes, trace, isWatched);
  return scopes;
}

function isSeen(event: ProductContent, isWatched: (listing: Listing) => boolean): boolean {
  const isListed = (category: string): boolean =>
    isWatched({ vendor: event.vendorId, category }) || isWatched({ vendor: OPEN, category });
  return isListed(OPEN) || categoriesOf(event).some(isListed);
}

function follow(traces: Map<string, Trace>, event: ProductContent): void {
  let trace = traces.get(event.productId);
  if (!trace) {
    trace = { vendor: event.vendorId, categories: new Set(), prices: new Map(), aspects: new Set() };
    traces.set(event.productId, trace);
  }
  for (const category of categoriesOf(event)) trace.categories.add(category);
  const price = trace.prices.get(event.version) ?? { before: undefined, after: event.product };
  for (const { field, oldValue } of event.changes) {
    if (!PRICED_BY.has(field)) continue;
    const { unit, unitWeightKg = null, basePrice, currency }: UnitPrice = price.before ?? price.after;
    price.before = { unit, unitWeightKg, basePrice, currency, [field]: oldValue };
  }
  trace.prices.set(event.version, price);
  trace.aspects.add(ASPECT_OF[event.eventType]);
}

function addListings(scopes: Set<string>, trace: Trace, isWatched: (listing: Listing) => boolean): void {
  const { vendor, categories, aspects } = trace;
  const listings = [OPEN, ...categories].flatMap((category) => [
    { vendor, category },
    { vendor: OPEN, category },
  ]);
  const watched = listings.filter(isWatched);
  const groups = amountsByGroup(trace);
  const brackets = new Set([OPEN]);
  for (const [group, amounts] of groups) {
    for (const amount of amounts) {
      for (const bracket of BRACKETS.between(amount, amount)) brackets.add(bracketName(group, bracket));
    }
  }
  for (const listing of watched) {
    for (const aspect of aspects) for (const bracket of brackets) scopes.add(listingScope(listing, bracket, aspect));
    if (groups.size > 1) scopes.add(regroupedScope(listing));
    if (!aspects.has('price')) continue;
    for (const [group, amounts] of groups) {
      const edges = PRICE_CROSSINGS.between(Math.min(...amounts), Math.max(...amounts));
      for (const edge of edgeScopes(listing, group, edges)) scopes.add(edge);
    }
  }
}

/** The comparable prices that a product had and has, among those that each compares with. */
function amountsByGroup({ prices }: Trace): Map<string, Set<number>> {
  const groups = new Map<string, Set<number>>();
  for (const { before, after } of prices.values()) {
    for (const price of before ? [before, after] : [after]) {
      const comparable = comparablePriceOf(price);
      const group = groupName(comparable);
      const amounts = groups.get(group);
      if (amounts) amounts.add(comparable.amount);
      else groups.set(group, new Set([comparable.amount]));
    }
  }
  return groups;
}

/** A product or a vendor with texts that it was or is found by. */
type SearchedState = { product: Product } | { vendor: Vendor };

/** What is renamed was found by its old texts and is found by its new ones. */
function* searchedStates(events: readonly EventContent[]): Generator<SearchedState> {
  for (const event of events) {
    const { eventType, product, changes } = event;
    if (event.vendor) {
      for (const vendor of foundStates(event)) yield { vendor };
      continue;
    }
    if (!product || ASPECT_OF[eventType] !== 'set') continue;
    yield { product };
    if (changes.length > 0) yield { product: { ...product, ...before(changes) } };
  }
}

const foundStates = ({ eventType, vendor, changes }: VendorContent): Vendor[] =>
  eventType === 'vendor_created' ? [vendor] : foundVendorStates({ ...vendor, ...before(changes) }, vendor);

/** What the log says no more of a vendor: neither can be null. */
const isRemoved = ({ field, oldValue }: EventContent['changes'][number]): boolean =>
  (field === 'name' || field === 'names') && oldValue === null;

const before = (changes: EventContent['changes']): object =>
  Object.fromEntries(changes.filter((one) => !isRemoved(one)).map(({ field, oldValue }) => [field, oldValue]));

/**
 * Whether former names of a vendor were removed from the event (`npm run log -- remove-names`) before it was
 * invalidated: then no scope can be told of what found the vendor by them.
 */
export const lacksNames = ({ changes }: EventContent): boolean => changes.some(isRemoved);

function addTexts(scopes: Set<string>, state: SearchedState, text: TextScopes): void {
  if ('vendor' in state) for (const one of text.ofVendor(state.vendor)) scopes.add(vendorTextScope(one));
  else for (const one of text.ofProduct(state.product)) scopes.add(textScope(one));
}

/** Vendor searches show how many products a vendor has and how many are available, and filter by category. */
function addListedVendors(scopes: Set<string>, event: ProductContent): void {
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

function addVendor(scopes: Set<string>, event: VendorContent): void {
  const { eventType, vendor, changes } = event;
  const touched =
    eventType === 'vendor_created'
      ? scopesOfVendorCreation(vendor)
      : scopesOfVendorUpdate({ ...vendor, ...before(changes) }, vendor);
  for (const scope of touched) scopes.add(scope);
}
