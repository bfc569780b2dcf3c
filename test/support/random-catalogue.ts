import fc from 'fast-check';
import { AVAILABILITIES, type NewInventoryEvent, type Product, withMarketFacts } from '../../src/contracts/index.js';
import { decide } from '../../src/inventory/products/write/decide.js';
import type { ProductCommand } from '../../src/inventory/products/write/product-command.js';
import { WorkingSet } from '../../src/inventory/products/write/working-set.js';
import { ORIGIN } from './events.js';

export const VENDORS = ['v1', 'v2'];
export const CATEGORIES = ['fruits', 'spices'];
export const NAMES = ['onion', 'red onion', 'apple'];
/** Around the bounds of brackets, so that ranges and changes cross them. */
const PRICES = [0, 0.5, 1, 1.49, 1.5, 9.99, 10, 14, 15, 100, 149.99, 150, 5_000, 7_000, 9_999_999_999.99];

/** A crate's weight may be known. */
const UNITS = ['kg', 'quintal', 'g', 'dozen', 'piece', 'crate'];
const CURRENCIES = ['INR', 'NPR'];

export const price = fc.constantFrom(...PRICES);
export const fields = {
  name: fc.constantFrom(...NAMES),
  category: fc.constantFrom(...CATEGORIES),
  basePrice: price,
  availability: fc.constantFrom(...AVAILABILITIES),
};
export const measures = {
  // Most are comparable, or hardly anything would happen to a page.
  unit: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('kg', 'quintal', 'crate') }, fc.constantFrom(...UNITS)),
  currency: fc.oneof({ weight: 6, arbitrary: fc.constant('INR') }, fc.constantFrom(...CURRENCIES)),
  unitWeightKg: fc.constantFrom(null, 20, 0.5),
};
export const product = (index: number) =>
  fc.record({ ...fields, ...measures, vendorId: fc.constantFrom(...VENDORS) }).map((given) =>
    withMarketFacts({
      ...given,
      id: `p${index}`,
      sku: `s${index}`,
      names: {},
      description: null,
      version: 1,
      createdAt: new Date(1_000 * (index + 1)).toISOString(),
      updatedAt: new Date(0).toISOString(),
    }),
  );
export const catalogue = fc
  .integer({ min: 0, max: 8 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_none, index) => product(index))));

export const command = fc.oneof<fc.Arbitrary<ProductCommand>[]>(
  fc.record({
    kind: fc.constant('update' as const),
    id: fc.constantFrom('p0', 'p1', 'p2', 'p3'),
    updates: fc.record({ ...fields, ...measures }, { requiredKeys: [] }),
  }),
  fc.record({
    kind: fc.constant('update' as const),
    id: fc.constantFrom('p0', 'p1', 'p2', 'p3'),
    updates: fc.record({ basePrice: price, ...measures }, { requiredKeys: [] }),
  }),
  fc.record({ kind: fc.constant('delete' as const), id: fc.constantFrom('p0', 'p1', 'p2', 'p3') }),
  fc.record({
    kind: fc.constant('create' as const),
    data: fc.record({ ...fields, ...measures, vendorId: fc.constantFrom(...VENDORS) }),
  }),
);

/**
 * Runs commands through the product's own rules.
 *
 * @param asReports whether unit and currency change with the price's event, as in a report of a price
 */
export function change(before: readonly Product[], commands: readonly ProductCommand[], asReports = false) {
  const set = new WorkingSet(before, new Set(VENDORS));
  const context = { origin: ORIGIN, region: 'r', occurredAt: new Date(9e6).toISOString(), marketDay: '1970-01-02' };
  for (const one of commands) decide(one, set, context);
  const drafts = set.changed();
  const events: NewInventoryEvent[] = drafts.flatMap((draft) => (asReports ? reported(draft.events) : draft.events));
  const changed = new Map(drafts.map(({ id, current }) => [id, current]));
  const after = [
    ...before.flatMap((old) => (changed.has(old.id) ? (changed.get(old.id) ?? []) : old)),
    ...drafts.flatMap(({ stored, current }) => (stored === null && current !== null ? current : [])),
  ];
  return { events, after };
}

/** What else a report of a price changes. */
const OF_PRICE = new Set(['unit', 'currency', 'unitWeightKg']);

/** The events of one product with those of a change of nothing but its price's terms made part of the price's event. */
function reported(events: readonly NewInventoryEvent[]): NewInventoryEvent[] {
  const isOfPrice = ({ eventType, changes }: NewInventoryEvent): boolean =>
    eventType === 'price_changed' ||
    (eventType === 'product_updated' && changes.every(({ field }) => OF_PRICE.has(field)));
  const merged = new Map<number, NewInventoryEvent>();
  for (const event of events.filter(isOfPrice)) {
    const changes = [...(merged.get(event.version)?.changes ?? []), ...event.changes];
    merged.set(event.version, { ...event, eventType: 'price_changed', changes } as NewInventoryEvent);
  }
  return [...events.filter((event) => !isOfPrice(event)), ...merged.values()];
}
