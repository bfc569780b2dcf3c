import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Facet, Product, ProductFilters, ProductSearchOptions } from '../../src/contracts/index.js';
import { textScopes } from '../../src/inventory/text/text-scopes.js';
import { type CachedSearch, type LoadedPage, productSearch } from '../../src/search-cache/pages/cached-search.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { modelPage } from '../support/model-search.js';
import { catalogue, change, command, fields, price } from '../support/random-catalogue.js';

/** A search that often finds nothing, and those that take its place, each of one text or more. */
interface Search {
  filters: ProductFilters;
  looser: ProductFilters[][];
  options: ProductSearchOptions;
}

const word = fc.constantFrom('onion', 'red', 'apple');
const search: fc.Arbitrary<Search> = fc
  .record({
    filters: fc.record(
      { q: word, category: fields.category, availability: fields.availability, maxPrice: price },
      { requiredKeys: ['q'] },
    ),
    texts: fc.array(fc.uniqueArray(word, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
    options: fc.record({
      limit: fc.integer({ min: 1, max: 3 }),
      sort: fc.constantFrom('newest' as const, 'price_asc' as const, 'price_desc' as const),
      facets: fc.constantFrom<Facet[]>([], [], ['category'], ['availability']),
    }),
  })
  .map(({ filters, texts, options }) => ({
    filters,
    looser: texts.map((qs) => qs.map((q) => ({ ...filters, q }))),
    options,
  }));

/** What a search with several texts finds: what any of them does. */
function pageOf(products: readonly Product[], searches: readonly ProductFilters[], options: ProductSearchOptions) {
  const texts = new Set(searches.map(({ q }) => q));
  const found = products.filter(({ name }) => name.split(' ').some((one) => texts.has(one)));
  return modelPage(found, { ...searches[0], q: undefined }, options, 0);
}

/** The first of them that finds something, or the last one, with what all that it finds is counted by. */
function run(products: readonly Product[], { filters, looser, options }: Search) {
  const steps = [[filters], ...looser];
  const pages = steps.map((searches) => pageOf(products, searches, options));
  const first = pages.findIndex(({ items }) => items.length > 0);
  const step = first < 0 ? looser.length : first;
  const all = pageOf(products, steps[step]!, { ...options, limit: 100 }).items;
  const [facet] = options.facets as ('category' | 'availability')[];
  const counted = facet === undefined ? [] : all.map((one) => one[facet]).sort();
  return { ...pages[step]!, step, counted };
}

const shown = ({ items, more, counted }: ReturnType<typeof run>): string => JSON.stringify([items, more, counted]);

const loadedOf = ({ items, more, priceEnds, step }: ReturnType<typeof run>): LoadedPage => ({
  page: {
    items: items.map(({ id, vendorId }) => ({ id, vendorId })),
    nextCursor: more ? 'more' : null,
    epoch: '',
    position: 0,
  },
  priceEnds,
  step,
});

/** How often a page that a change alters is put out of date, and not. */
function judge(narrow: (cached: CachedSearch, loaded: LoadedPage) => readonly string[]) {
  const counts = { kept: 0, altered: 0, madeExact: 0 };
  fc.assert(
    fc.property(catalogue, fc.array(command, { minLength: 1, maxLength: 3 }), search, (before, commands, one) => {
      const { events, after } = change(before, commands);
      const [old, fresh] = [run(before, one), run(after, one)];
      if (shown(old) === shown(fresh)) return;
      if (old.step === 0) return;
      counts[fresh.step === 0 ? 'madeExact' : 'altered'] += 1;
      const cached = productSearch(one.filters, one.options, textScopes, { steps: one.looser });
      const renewed = scopesOfEvents(events, textScopes);
      expect(cached.scopes.some((scope) => renewed.has(scope))).toBe(true);
      if (!narrow(cached, loadedOf(old)).some((scope) => renewed.has(scope))) counts.kept += 1;
    }),
    { numRuns: 10_000 },
  );
  return counts;
}

describe('a loosened page', () => {
  it('is put out of date by every change that alters it, or that lets the text as typed find something', () => {
    const { kept, altered, madeExact } = judge((cached, loaded) => cached.narrow(loaded));
    expect(kept).toBe(0);
    // The law would hold trivially if changes never touched such a page.
    expect(altered).toBeGreaterThan(200);
    expect(madeExact).toBeGreaterThan(100);
  });

  it('would not be if it depended on the search alone that found it', () => {
    expect(judge((cached, loaded) => cached.narrow({ ...loaded, firstStep: loaded.step! })).kept).toBeGreaterThan(0);
  });

  it('has a key of its own for whatever its text is taken for', () => {
    const options = { limit: 5 };
    const key = (...steps: ProductFilters[][]): string =>
      productSearch({ q: 'oinon' }, options, textScopes, { steps }).key;
    const keys = [key(), key([{ q: 'onion' }]), key([{ q: 'union' }]), key([{ q: 'onion' }], [{ q: 'union' }])];
    const placed = key([{ q: 'onion', spellings: { state: ['Delhi'] } } as ProductFilters]);
    const behind = productSearch({ q: 'oinon' }, options, textScopes, { followUps: [[{ q: 'onion' }]] }).key;
    expect(new Set([...keys, placed, behind]).size).toBe(6);
    expect(key([{ q: 'onion' }])).toBe(keys[1]);
  });
});
