import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PRODUCT_SORTS, type ProductFilters, type ProductSearchOptions } from '../../contracts/index.js';
import { productSearchKey, vendorSearchKey } from './canonical-search.js';

const filters: fc.Arbitrary<ProductFilters> = fc.record(
  {
    q: fc.constantFrom('red onion', 'प्याज', 'onion'),
    lang: fc.constantFrom('hi', 'ta'),
    category: fc.constantFrom('spices', 'grains'),
    vendorId: fc.constantFrom('v1', 'V1', 'v2'),
    state: fc.constantFrom('Delhi', 'delhi'),
    district: fc.constantFrom('Delhi', 'North'),
    minPrice: fc.constantFrom(0, 1, 10),
    maxPrice: fc.constantFrom(1, 10, 10.5),
    availability: fc.constantFrom('available' as const, 'limited' as const),
  },
  { requiredKeys: [] },
);
const options: fc.Arbitrary<ProductSearchOptions> = fc.record(
  { limit: fc.constantFrom(1, 10, 20), sort: fc.constantFrom(...PRODUCT_SORTS), cursor: fc.constantFrom('c1', 'C1') },
  { requiredKeys: ['limit'] },
);

/** What the search asks for, with its defaults: two searches with the same meaning have the same results. */
const meaning = (one: ProductFilters, how: ProductSearchOptions): unknown => {
  const wanted = how.sort ?? 'relevance';
  const sort = wanted === 'relevance' && one.q === undefined ? 'newest' : wanted;
  return { ...one, ...how, sort };
};

/** The same search, said otherwise: other order, explicit `undefined`, other case and spacing of the text. */
function otherwise(one: ProductFilters, how: ProductSearchOptions): [ProductFilters, ProductSearchOptions] {
  const turned = Object.fromEntries(Object.entries(one).reverse()) as ProductFilters;
  const q = one.q === undefined ? '' : ` \u00a0${one.q.toUpperCase().normalize('NFKD').replaceAll(' ', '\t\u3000 ')}\n`;
  const { limit, ...rest } = how;
  return [
    { lang: undefined, category: undefined, ...turned, q },
    { cursor: undefined, sort: undefined, ...rest, limit },
  ];
}

describe('the key of a search', () => {
  it('is the same whatever the order, absent filters, and case and spacing of the text', () => {
    fc.assert(
      fc.property(filters, options, (one, how) => {
        expect(productSearchKey(...otherwise(one, how))).toBe(productSearchKey(one, how));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for exactly the searches that mean the same', () => {
    fc.assert(
      fc.property(filters, options, filters, options, fc.array(fc.nat(11)), (one, how, other, otherHow, kept) => {
        // Mostly alike, so that single differences count.
        const names = [
          'q',
          'lang',
          'category',
          'vendorId',
          'state',
          'district',
          'minPrice',
          'maxPrice',
          'availability',
        ];
        const changed = { ...one };
        for (const index of kept) if (names[index]) Object.assign(changed, pick(other, names[index]));
        const changedHow = kept.length > 4 ? otherHow : how;
        const equal =
          JSON.stringify(sorted(meaning(one, how))) === JSON.stringify(sorted(meaning(changed, changedHow)));
        expect(productSearchKey(changed, changedHow) === productSearchKey(one, how)).toBe(equal);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is relevance by default with a text, and newest without one', () => {
    expect(productSearchKey({ q: 'a' }, { limit: 5 })).toBe(
      productSearchKey({ q: 'a' }, { limit: 5, sort: 'relevance' }),
    );
    expect(productSearchKey({ q: ' ' }, { limit: 5 })).toBe(productSearchKey({}, { limit: 5, sort: 'newest' }));
    expect(productSearchKey({ q: 'a' }, { limit: 5 })).not.toBe(
      productSearchKey({ q: 'a' }, { limit: 5, sort: 'newest' }),
    );
  });

  it('tells products from vendors', () => {
    expect(vendorSearchKey({ q: 'a' }, { limit: 5 })).toBe(vendorSearchKey({ q: ' A ' }, { limit: 5 }));
    expect(vendorSearchKey({}, { limit: 5 })).not.toBe(productSearchKey({}, { limit: 5, sort: 'newest' }));
    expect(vendorSearchKey({}, { limit: 5 })).not.toBe(vendorSearchKey({}, { limit: 6 }));
  });
});

const pick = (from: object, name: string) => Object.fromEntries(Object.entries(from).filter(([key]) => key === name));
const sorted = (value: unknown) =>
  Object.entries(value as object)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
