import type { NewInventoryEvent } from '../../contracts/index.js';
import { categoriesOf } from '../../events/index.js';
import { bracketOf } from './price-brackets.js';
import { type Aspect, OPEN, productScope, scopeName, VENDORS_SCOPE } from './scope-names.js';

const ASPECT_OF: Record<NewInventoryEvent['eventType'], Aspect> = {
  product_created: 'set',
  product_deleted: 'set',
  product_updated: 'set',
  price_changed: 'price',
  availability_changed: 'stock',
};

/** Where a product was and is, over all the events of one batch that concern it. */
interface Trace {
  vendor: string;
  categories: Set<string>;
  brackets: Set<string>;
  aspects: Set<Aspect>;
}

/**
 * Every scope whose searches may have another result after these events: all combinations of each product's old and
 * new coordinates, each also left open. The events of one change belong into one call: a product that changes price
 * and category at once leaves a combination that neither of its events names alone.
 *
 * The other side is `scopesOfSearch`; the law between them: if an event changes a search's result, they share a scope.
 */
export function scopesOfEvents(events: readonly NewInventoryEvent[]): Set<string> {
  const scopes = new Set<string>();
  const traces = new Map<string, Trace>();
  for (const event of events) {
    scopes.add(productScope(event.productId));
    if (changesCounts(event)) scopes.add(VENDORS_SCOPE);
    follow(traces, event);
  }
  for (const trace of traces.values()) addCombinations(scopes, trace);
  return scopes;
}

function follow(traces: Map<string, Trace>, event: NewInventoryEvent): void {
  let trace = traces.get(event.productId);
  if (!trace) {
    trace = { vendor: event.vendorId, categories: new Set(), brackets: new Set(), aspects: new Set() };
    traces.set(event.productId, trace);
  }
  for (const category of categoriesOf(event)) trace.categories.add(category);
  trace.brackets.add(bracketOf(event.product.basePrice));
  const price = event.changes.find(({ field }) => field === 'basePrice');
  if (typeof price?.oldValue === 'number') trace.brackets.add(bracketOf(price.oldValue));
  trace.aspects.add(ASPECT_OF[event.eventType]);
}

function addCombinations(scopes: Set<string>, { vendor, categories, brackets, aspects }: Trace): void {
  for (const aspect of aspects) {
    for (const bracket of [OPEN, ...brackets]) {
      for (const category of [OPEN, ...categories]) {
        scopes.add(scopeName({ vendor: OPEN, category, bracket }, aspect));
        scopes.add(scopeName({ vendor, category, bracket }, aspect));
      }
    }
  }
}

/** Vendor searches show how many products a vendor has and how many are available, and filter by category. */
function changesCounts({ eventType, changes }: NewInventoryEvent): boolean {
  if (eventType === 'price_changed') return false;
  return eventType !== 'product_updated' || changes.some(({ field }) => field === 'category');
}
