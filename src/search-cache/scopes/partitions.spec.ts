import { describe, expect, it } from '@jest/globals';
import type { ProductFilters } from '../../contracts/index.js';
import { homeOf, homesOfChange, homesOfScopes, PARTITIONS, scopesIn } from './partitions.js';
import {
  GENERAL_SCOPE,
  LISTED_VENDORS_SCOPE,
  type Listing,
  listedVendorScope,
  OPEN,
  productScope,
  regionScopes,
  shownVendorScope,
  textScope,
  vendorTextScope,
} from './scope-names.js';
import { ProductSearchScopes } from './scopes-of-search.js';
import type { ScopesOf } from './watched-listings.js';

/** A change of a product names what is of no listing, and asks for the listings that it is in. */
const change =
  (vendor: string, category: string, ...beside: string[]): ScopesOf =>
  (isWatched) => {
    const listings: Listing[] = [
      { vendor, category },
      { vendor, category: OPEN },
      { vendor: OPEN, category },
    ];
    return [...beside, ...listings.filter(isWatched).map((listing) => `${listing.vendor} ${listing.category}`)];
  };

describe('the partitions of a change', () => {
  const vendors = Array.from({ length: 200 }, (_none, index) => `v${index}`);
  const categories = ['spices', 'grains', 'fruits', 'vegetables', OPEN];

  it('have every page that may show the product, wherever it was before', () => {
    for (const vendor of vendors) {
      const homes = homesOfChange(change(vendor, 'spices', productScope('p1'), textScope('tur')));
      for (const category of categories) {
        expect(homes.has(homeOf({ vendor, category }))).toBe(true);
        expect(homes.has(homeOf({ vendor: OPEN, category }))).toBe(true);
      }
      expect(homes.size).toBeLessThanOrEqual(5);
    }
  });

  it('have the pages of vendors if their counts change, and no others for that alone', () => {
    const counts = [listedVendorScope('v1'), LISTED_VENDORS_SCOPE, vendorTextScope('ash')];
    expect([...homesOfChange(() => counts)]).toEqual([homeOf(null)]);
    expect(homesOfChange(change('v1', 'spices', productScope('p1'), ...counts)).has(homeOf(null))).toBe(true);
    expect([...homesOfScopes(counts)]).toEqual([homeOf(null)]);
  });

  it.each([
    GENERAL_SCOPE,
    shownVendorScope('v1'),
    ...regionScopes({ state: 'Delhi' }),
    productScope('p1'),
    textScope('on'),
  ])('are all of them for %s of an unknown listing', (scope) => {
    expect(homesOfChange(() => [scope]).size).toBe(PARTITIONS);
    expect(homesOfScopes([scope]).size).toBe(PARTITIONS);
  });

  it('of products of single vendors get no scopes of texts and of vendor pages, and all others do', () => {
    const needed = [GENERAL_SCOPE, productScope('p1'), shownVendorScope('v1'), ...regionScopes({ state: 'Delhi' })];
    const scopes = [...needed, textScope('tur'), vendorTextScope('ash'), LISTED_VENDORS_SCOPE, listedVendorScope('v1')];
    const anyVendor = Array.from({ length: 50 }, (_none, index) => homeOf({ vendor: OPEN, category: `c${index}` }));
    const all = new Set([homeOf(null), ...anyVendor]);
    expect(all.size).toBe(5);
    for (let home = 0; home < PARTITIONS; home += 1) {
      expect(scopesIn(home, scopes)).toEqual(all.has(home) ? scopes : needed);
    }
  });

  it('of a vendor have pages that depend on no text', () => {
    const words = { ofProduct: () => ['tur'], ofVendor: () => ['tur'], ofQuery: () => ['tur'] };
    const texts = (filters: ProductFilters) => {
      const search = new ProductSearchScopes(filters, words);
      const narrowed = search.narrowed({ limit: 20 }, { productIds: [], vendorIds: [], complete: true });
      return [...search.all(), ...narrowed].filter((scope) => scope === textScope('tur')).length;
    };
    expect(texts({ q: 'tur' })).toBe(2);
    expect(texts({ q: 'tur', vendorId: 'v1' })).toBe(0);
  });

  it('are many for many vendors', () => {
    const counts = new Array<number>(PARTITIONS).fill(0);
    for (const vendor of vendors) counts[homeOf({ vendor, category: OPEN })]! += 1;
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
  });
});
