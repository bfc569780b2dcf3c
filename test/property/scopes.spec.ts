import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  AVAILABILITIES,
  PRODUCT_SORTS,
  type NewInventoryEvent,
  type Product,
  type ProductFilters,
  type ProductSearchOptions,
} from '../../src/contracts/index.js';
import { decide } from '../../src/inventory/products/write/decide.js';
import type { ProductCommand } from '../../src/inventory/products/write/product-command.js';
import { WorkingSet } from '../../src/inventory/products/write/working-set.js';
import { textScopes } from '../../src/inventory/search/text-scopes.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { WatchedListings } from '../../src/search-cache/scopes/watched-listings.js';
import { ProductSearchScopes } from '../../src/search-cache/scopes/scopes-of-search.js';
import { modelPage } from '../support/model-search.js';

const VENDORS = ['v1', 'v2'];
const CATEGORIES = ['fruits', 'spices'];
const NAMES = ['onion', 'red onion', 'apple'];
/** Around the bounds of brackets, so that ranges and changes cross them. */
const PRICES = [0, 0.5, 1, 1.49, 1.5, 9.99, 10, 14, 15, 100, 149.99, 150, 5_000, 7_000, 9_999_999_999.99];

const price = fc.constantFrom(...PRICES);
const fields = {
  name: fc.constantFrom(...NAMES),
  category: fc.constantFrom(...CATEGORIES),
  basePrice: price,
  availability: fc.constantFrom(...AVAILABILITIES),
};
const product = (index: number) =>
  fc.record({ ...fields, vendorId: fc.constantFrom(...VENDORS) }).map((given): Product => ({
    ...given,
    id: `p${index}`,
    sku: `s${index}`,
    names: {},
    description: null,
    unit: 'kg',
    currency: 'INR',
    version: 1,
    createdAt: new Date(1_000 * (index + 1)).toISOString(),
    updatedAt: new Date(0).toISOString(),
  }));
const catalogue = fc
  .integer({ min: 0, max: 8 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_none, index) => product(index))));

const command = fc.oneof<fc.Arbitrary<ProductCommand>[]>(
  fc.record({
    kind: fc.constant('update' as const),
    id: fc.constantFrom('p0', 'p1', 'p2', 'p3'),
    updates: fc.record({ ...fields, unit: fc.constantFrom('kg', 'quintal') }, { requiredKeys: [] }),
  }),
  fc.record({ kind: fc.constant('delete' as const), id: fc.constantFrom('p0', 'p1', 'p2', 'p3') }),
  fc.record({
    kind: fc.constant('create' as const),
    data: fc.record({ ...fields, vendorId: fc.constantFrom(...VENDORS) }),
  }),
);

const filters: fc.Arbitrary<ProductFilters> = fc.record(
  {
    q: fc.constantFrom('onion', 'red', 'apple'),
    category: fields.category,
    vendorId: fc.constantFrom(...VENDORS),
    availability: fields.availability,
    minPrice: price,
    maxPrice: price,
  },
  { requiredKeys: [] },
);
const options = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  sort: fc.constantFrom(...PRODUCT_SORTS, undefined),
  page: fc.integer({ min: 0, max: 2 }),
});

/** Runs commands through the product's own rules. */
function change(before: readonly Product[], commands: readonly ProductCommand[]) {
  const set = new WorkingSet(before, new Set(VENDORS));
  const context = { correlationId: 'c', region: 'r', occurredAt: new Date(9e6).toISOString() };
  for (const one of commands) decide(one, set, context);
  const drafts = set.changed();
  const events: NewInventoryEvent[] = drafts.flatMap((draft) => draft.events);
  const changed = new Map(drafts.map(({ id, current }) => [id, current]));
  const after = [
    ...before.flatMap((old) => (changed.has(old.id) ? (changed.get(old.id) ?? []) : old)),
    ...drafts.flatMap(({ stored, current }) => (stored === null && current !== null ? current : [])),
  ];
  return { events, after };
}

describe('scopes', () => {
  it('are shared by every change and every search whose result it changes', () => {
    let differences = 0;
    fc.assert(
      fc.property(
        catalogue,
        fc.array(command, { minLength: 1, maxLength: 3 }),
        filters,
        options,
        (before, commands, where, { page, ...rest }) => {
          const { events, after } = change(before, commands);
          const search: ProductSearchOptions = rest;
          const old = modelPage(before, where, search, page);
          const fresh = modelPage(after, where, { ...search, cursor: old.cursor }, 0, old.start);
          if (JSON.stringify(old.items) === JSON.stringify(fresh.items) && old.more === fresh.more) return;
          differences += 1;
          // Only this search has looked anywhere.
          const watched = new WatchedListings();
          const scopes = new ProductSearchScopes(where, textScopes);
          watched.note(scopes.listing);
          const invalidated = scopesOfEvents(events, textScopes, (listing) => watched.has(listing));
          const searchOptions = { ...search, cursor: old.cursor };
          const broad = scopes.all();
          expect(broad.some((scope) => invalidated.has(scope))).toBe(true);
          // Who stores a page without loading it here doesn't know its window.
          for (const priceWindow of [old.priceWindow, undefined]) {
            const narrow = scopes.narrowed(searchOptions, {
              productIds: old.items.map(({ id }) => id),
              vendorIds: old.items.map(({ vendorId }) => vendorId),
              complete: old.cursor === undefined && !old.more,
              priceWindow,
            });
            expect(narrow.some((scope) => invalidated.has(scope))).toBe(true);
          }
        },
      ),
      { numRuns: 20_000 },
    );
    // The law would hold trivially if the changes never touched a result.
    expect(differences).toBeGreaterThan(500);
  });

  it('are not shared by a price change and a search that it can only leave alone', () => {
    const before = [
      { category: 'spices', basePrice: 5_000 },
      { category: 'fruits', basePrice: 100 },
    ].map((given, index) => ({ ...fc.sample(product(index), 1)[0]!, ...given, vendorId: VENDORS[index]! }));
    const { events } = change(before, [{ kind: 'update', id: 'p0', updates: { basePrice: 5_100 } }]);
    const invalidated = scopesOfEvents(events, textScopes);
    const limit = 20;
    for (const where of [{ category: 'fruits' }, { vendorId: 'v2' }, { minPrice: 90, maxPrice: 110 }]) {
      expect([
        where,
        new ProductSearchScopes(where, textScopes).all().filter((scope) => invalidated.has(scope)),
      ]).toEqual([where, []]);
    }
    const narrow = new ProductSearchScopes({}, textScopes).narrowed(
      { limit },
      { productIds: ['p1'], vendorIds: ['v2'], complete: false },
    );
    expect(narrow.filter((scope) => invalidated.has(scope))).toEqual([]);
  });

  it('are shared with every price change by a page sorted by price whose ends nobody told', () => {
    const before = [{ ...fc.sample(product(0), 1)[0]!, basePrice: 5_000 }];
    const { events } = change(before, [{ kind: 'update', id: 'p0', updates: { basePrice: 5 } }]);
    const invalidated = scopesOfEvents(events, textScopes);
    const page = { productIds: ['p9'], vendorIds: ['v9'], complete: false };
    const narrow = new ProductSearchScopes({}, textScopes).narrowed({ limit: 1, sort: 'price_asc' }, page);
    expect(narrow.some((scope) => invalidated.has(scope))).toBe(true);
  });
});
