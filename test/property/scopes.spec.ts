import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  comparablePriceOf,
  PRODUCT_SORTS,
  type ProductFilters,
  type ProductSearchOptions,
} from '../../src/contracts/index.js';
import { textScopes } from '../../src/inventory/text/text-scopes.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { WatchedListings } from '../../src/search-cache/scopes/watched-listings.js';
import { ProductSearchScopes } from '../../src/search-cache/scopes/scopes-of-search.js';
import { modelPage } from '../support/model-search.js';
import { catalogue, change, command, fields, measures, price, product, VENDORS } from '../support/random-catalogue.js';

const terms = { minPrice: price, maxPrice: price, per: measures.unit, currency: measures.currency };
const filters: fc.Arbitrary<ProductFilters> = fc.oneof(
  fc.record(
    {
      q: fc.constantFrom('onion', 'red', 'apple'),
      category: fields.category,
      vendorId: fc.constantFrom(...VENDORS),
      availability: fields.availability,
      ...terms,
    },
    { requiredKeys: [] },
  ),
  // Few filters: with all of them there is hardly a product that fits.
  fc.record({ q: fc.constantFrom('onion', 'red'), ...terms }, { requiredKeys: [] }),
  fc.record({ category: fields.category, per: measures.unit }, { requiredKeys: [] }),
);
const options = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  sort: fc.constantFrom(...PRODUCT_SORTS, undefined),
  page: fc.integer({ min: 0, max: 2 }),
});

describe('scopes', () => {
  it('are shared by every change and every search whose result it changes', () => {
    let differences = 0;
    fc.assert(
      fc.property(
        catalogue,
        fc.array(command, { minLength: 1, maxLength: 3 }),
        filters,
        options,
        fc.boolean(),
        (before, commands, where, { page, ...rest }, asReports) => {
          const { events, after } = change(before, commands, asReports);
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
          // Who stores a page without loading it here doesn't know its ends.
          for (const priceEnds of [old.priceEnds, undefined]) {
            const narrow = scopes.narrowed(searchOptions, {
              productIds: old.items.map(({ id }) => id),
              vendorIds: old.items.map(({ vendorId }) => vendorId),
              complete: old.cursor === undefined && !old.more,
              priceEnds,
            });
            expect(narrow.some((scope) => invalidated.has(scope))).toBe(true);
          }
        },
      ),
      { numRuns: 20_000 },
    );
    // The law would hold trivially if the changes never touched a result.
    expect(differences).toBeGreaterThan(2_000);
  });

  it('are shared by a price that becomes comparable and a page that it comes into, by its event alone', () => {
    const terms = { unit: 'kg', currency: 'INR', unitWeightKg: null, basePrice: 30 };
    const shown = { ...fc.sample(product(1), 1)[0]!, ...terms, vendorId: 'v2' };
    const crate = { ...shown, id: 'p0', unit: 'crate', basePrice: 600 };
    for (const where of [{}, { minPrice: 20, maxPrice: 40 }, { maxPrice: 3_000, per: 'quintal' }]) {
      const { events } = change([crate, shown], [{ kind: 'update', id: 'p0', updates: { unit: 'quintal' } }], true);
      expect(events.map(({ eventType }) => eventType)).toEqual(['price_changed']);
      const invalidated = scopesOfEvents(events, textScopes);
      const page = { productIds: ['p1'], vendorIds: ['v2'], complete: false, priceEnds: [comparablePriceOf(shown)] };
      const scopes = new ProductSearchScopes({ q: 'onion', ...where }, textScopes);
      const narrow = scopes.narrowed({ limit: 1, sort: 'price_asc' }, page);
      expect(narrow.some((scope) => invalidated.has(scope))).toBe(true);
    }
  });

  it('are not shared by a price change and a search that it can only leave alone', () => {
    const before = [
      { category: 'spices', basePrice: 5_000 },
      { category: 'fruits', basePrice: 100 },
    ].map((given, index) => ({
      ...fc.sample(product(index), 1)[0]!,
      ...{ ...given, vendorId: VENDORS[index]!, unit: 'kg', currency: 'INR' },
    }));
    const { events } = change(before, [{ kind: 'update', id: 'p0', updates: { basePrice: 5_100 } }]);
    const invalidated = scopesOfEvents(events, textScopes);
    const limit = 20;
    for (const where of [
      ...[{ category: 'fruits' }, { vendorId: 'v2' }, { minPrice: 90, maxPrice: 110 }],
      // The same numbers, of what isn't comparable.
      ...[
        { minPrice: 4_900, maxPrice: 5_200, per: 'dozen' },
        { minPrice: 4_900, maxPrice: 5_200, currency: 'NPR' },
      ],
    ]) {
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
