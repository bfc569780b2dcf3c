import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Facet, Product, ProductFilters, ProductSearchOptions } from '../../src/contracts/index.js';
import type { FollowUp } from '../../src/inventory/search/loosening/loosen.js';
import type { LooserSearch } from '../../src/inventory/search/loosening/query-loosener.js';
import { PageReader, type PageRequest, type ReadPage } from '../../src/inventory/search/pages/page-reader.js';
import type { Asked, FoundPage, ProductRows } from '../../src/inventory/search/pages/product-rows.js';
import { textScopes } from '../../src/inventory/text/text-scopes.js';
import { productSearch } from '../../src/search-cache/pages/cached-search.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { modelPage } from '../support/model-search.js';
import { catalogue, change, command, fields, product } from '../support/random-catalogue.js';

/** What is called so as a whole is written as typed; a word of a name only sounds so. */
const WRITTEN = 4;
const SOUNDS = 1;

const has = ({ name }: Product, q: string | undefined): boolean => name.split(' ').includes(q ?? '');
const hasAny = (product: Product, searches: readonly ProductFilters[]): boolean =>
  searches.some(({ q }) => has(product, q));

/** What searches find in a catalogue that is kept in memory, for the reader that makes pages of it. */
class ModelRows {
  constructor(private readonly products: readonly Product[]) {}

  /** All of it in order, what is written as typed first. */
  all(searches: readonly ProductFilters[], except: readonly ProductFilters[] = []): Product[] {
    const isWritten = ({ name }: Product): boolean => searches.some(({ q }) => q === name);
    const found = this.products.filter((product) => hasAny(product, searches) && !hasAny(product, except));
    const { items } = modelPage(found, { ...searches[0], q: undefined }, { limit: 100, sort: 'newest' }, 0);
    return [...items.filter(isWritten), ...items.filter((product) => !isWritten(product))];
  }

  find(searches: readonly ProductFilters[], options: ProductSearchOptions, { except }: Asked): Promise<FoundPage> {
    const all = this.all(searches, except);
    // By place, as nothing changes between pages here.
    const from = Number(options.cursor ?? 0);
    const items = all.slice(from, from + options.limit);
    const cursorAt = (index: number): string => `${from + index + 1}`;
    const asItem = (one: Product) => {
      const commodity = one.name.split(' ').at(-1);
      // It only sounds like what was typed.
      const name = one.name.toUpperCase().replaceAll(/[AEIO]/g, 'u');
      return { id: one.id, vendorId: one.vendorId, item: JSON.stringify({ ...one, name, commodity }) };
    };
    const nextCursor = all.length > from + items.length ? cursorAt(items.length - 1) : null;
    const [first] = items;
    const rank = first && (searches.some(({ q }) => q === first.name) ? WRITTEN : SOUNDS);
    const page = { items: items.map(asItem), nextCursor, epoch: '', position: 0 };
    return Promise.resolve({ page, cursorAt, seen: { position: 0, waiting: null }, rank });
  }

  leadsOf(): Promise<{ leads: never[] }> {
    return Promise.resolve({ leads: [] });
  }

  facetsOf(searches: readonly ProductFilters[], facets: readonly Facet[]): Promise<ReadPage['facets']> {
    const [facet] = facets as ('category' | 'availability')[];
    if (facet === undefined) return Promise.resolve(undefined);
    const values = this.all(searches).map((one) => one[facet]);
    const counts = [...new Set(values)].sort().map((value) => ({
      value,
      count: values.filter((one) => one === value).length,
    }));
    return Promise.resolve({ [facet]: counts });
  }
}

const readerOf = (rows: ModelRows): PageReader => new PageReader(rows as unknown as ProductRows);

const word = fc.constantFrom('onion', 'red', 'apple');
/** Several products, most of which a poor page is of. */
const name = fc.constantFrom('red onion', 'red onion', 'red onion', 'onion', 'apple');
const products = fc
  .tuple(
    catalogue.filter(({ length }) => length > 3),
    fc.array(name, { minLength: 8, maxLength: 8 }),
  )
  .map(([all, names]) => all.map((one, index) => ({ ...one, name: names[index]! })));

/** Mostly what no product is called as a whole. */
const sought = fc.constantFrom('red', 'red', 'red', 'onion');
const read = { dropped: [], corrected: [], places: [] };
const request: fc.Arbitrary<PageRequest> = fc
  .record({
    filters: fc.record(
      { q: sought, category: fields.category, availability: fields.availability },
      { requiredKeys: ['q'] },
    ),
    steps: fc.array(word, { maxLength: 1 }),
    followUps: fc.array(
      fc.record({
        queries: fc.uniqueArray(word, { minLength: 1, maxLength: 2 }),
        goods: fc.constantFrom('onion', 'apple', 'none', 'none').map((good) => new Set([good])),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    options: fc.record({
      limit: fc.integer({ min: 1, max: 6 }),
      facets: fc.constantFrom<Facet[]>([], [], ['category'], ['availability']),
    }),
  })
  .map(({ filters, steps, followUps, options }) => ({
    filters,
    looser: steps.map((q): LooserSearch => ({
      searches: [{ ...filters, q }],
      interpretation: { kind: 'loosened', q, dropped: [], corrected: [], place: null },
    })),
    followUps: followUps.map((one): FollowUp => ({ ...one, ...read })),
    options,
  }));

const cachedOf = ({ filters, options, looser = [], followUps = [] }: PageRequest) =>
  productSearch(filters, options, textScopes, {
    steps: looser.map(({ searches }) => searches),
    followUps: followUps.map(({ queries }) => queries.map((q) => ({ ...filters, q }))),
  });

const shown = ({ items, nextCursor, interpretation, facets }: ReadPage): string =>
  JSON.stringify([items, nextCursor, interpretation, facets]);

/** How often a page that a change alters is put out of date, and not. @param known what is kept of a page */
async function judge(known: (page: ReadPage) => ReadPage) {
  const counts = { kept: 0, altered: 0, madeRich: 0 };
  await fc.assert(
    fc.asyncProperty(
      products,
      fc.array(command, { minLength: 1, maxLength: 3 }),
      request,
      fc.boolean(),
      async (before, commands, one, isLater) => {
        const { events, after } = change(before, commands);
        const [then, now] = [before, after].map((all) => readerOf(new ModelRows(all)));
        let asked = one;
        if (isLater) {
          const { nextCursor } = await then!.read(one);
          if (nextCursor === null) return;
          asked = { ...one, options: { ...one.options, cursor: nextCursor } };
        }
        const [old, fresh] = [await then!.read(asked), await now!.read(asked)];
        if (shown(old) === shown(fresh) || old.followUps.length === 0) return;
        counts[fresh.followUps.length === 0 ? 'madeRich' : 'altered'] += 1;
        const cached = cachedOf(asked);
        const renewed = scopesOfEvents(events, textScopes);
        expect(cached.scopes.some((scope) => renewed.has(scope))).toBe(true);
        const { items, nextCursor, ...rest } = known(old);
        const page = { items, nextCursor, epoch: '', position: 0 };
        if (!cached.narrow({ page, ...rest }).some((scope) => renewed.has(scope))) counts.kept += 1;
      },
    ),
    { numRuns: 4_000 },
  );
  return counts;
}

describe('a page that follows a poor one, or is of two searches', () => {
  it('is put out of date by every change that alters it, or that lets the text as typed find something', async () => {
    const { kept, altered, madeRich } = await judge((page) => page);
    expect(kept).toBe(0);
    // The law would hold trivially if changes never touched such a page.
    expect(altered).toBeGreaterThan(100);
    expect(madeRich).toBeGreaterThan(20);
  });

  it('would not be if it depended on one of them alone', async () => {
    expect((await judge((page) => ({ ...page, followUps: [] }))).kept).toBeGreaterThan(0);
  });

  it('shows what the text finds as typed at the same places, and page after page all of both, each once', async () => {
    let [poor, outOfTurn] = [0, 0];
    await fc.assert(
      fc.asyncProperty(products, request, async (all, one) => {
        const rows = new ModelRows(all);
        const reader = readerOf(rows);
        const first = await reader.read(one);
        if (first.followUps.length === 0 || first.interpretation.kind === 'exact') return;
        poor += 1;
        const searches = [[one.filters], ...one.looser!.map((step) => step.searches)][first.step]!;
        const typed = rows.all(searches).map(({ id }) => id);
        const followUp = one.followUps![first.followUps.at(-1)!]!;
        const isFollowed = first.items.some(({ id }) => !typed.includes(id));
        const followed = isFollowed ? followUp.queries.map((q) => ({ ...one.filters, q })) : searches;
        if (isFollowed && first.items.filter(({ id }) => typed.includes(id)).length < typed.length) outOfTurn += 1;
        const pages = [first];
        for (let cursor = first.nextCursor; cursor !== null; cursor = pages.at(-1)!.nextCursor) {
          expect(pages.length).toBeLessThan(20);
          pages.push(await reader.read({ ...one, options: { ...one.options, cursor } }));
        }
        const ids = pages.map(({ items }) => items.map(({ id }) => id));
        const isTyped = (id: string): boolean => typed.includes(id);
        expect(ids.flat().filter(isTyped)).toEqual(typed);
        for (const page of ids) expect(page).toEqual([...page.filter(isTyped), ...page.filter((id) => !isTyped(id))]);
        const both = [...typed, ...rows.all(followed, searches).map(({ id }) => id)];
        expect([...ids.flat()].sort()).toEqual(both.sort());
        for (const page of ids) expect(page.length).toBeLessThanOrEqual(one.options.limit);
      }),
      { numRuns: 4_000 },
    );
    expect(poor).toBeGreaterThan(150);
    expect(outOfTurn).toBeGreaterThan(3);
  });

  const [one] = fc.sample(product(0), 1);
  const named = (...names: string[]) =>
    new ModelRows(names.map((name, at) => ({ ...one!, id: `p${at}`, name, commodity: null })));
  const redOrApple: PageRequest = {
    filters: { q: 'red' },
    options: { limit: 2 },
    followUps: [{ queries: ['apple'], goods: new Set(['apple']), ...read }],
  };

  it('says what was left out and taken for something else by both searches, and the text of the first', async () => {
    const mended = { from: 'rde', to: 'red' };
    const [followUp] = redOrApple.followUps!;
    const interpretation = {
      kind: 'loosened' as const,
      q: 'red',
      dropped: ['price'],
      corrected: [mended],
      place: null,
    };
    const { interpretation: both } = await readerOf(named('red onion', 'apple')).read({
      ...redOrApple,
      filters: { q: 'rde price' },
      looser: [{ searches: [{ q: 'red' }], interpretation }],
      followUps: [{ ...followUp!, dropped: ['price', 'rde'], corrected: [mended, { from: 'price', to: 'apple' }] }],
    });
    expect(both).toEqual({
      ...interpretation,
      dropped: ['price', 'rde'],
      corrected: [mended, { from: 'price', to: 'apple' }],
    });
  });

  it('is none if the page has the good by the names of a product that doesn’t say what it is', async () => {
    const rows = named('red onion', 'apple');
    const find = rows.find.bind(rows);
    const read = async (name: string) => {
      rows.find = async (...asked) => {
        const found = await find(...asked);
        for (const item of found.page.items) {
          item.item = JSON.stringify({ ...(JSON.parse(item.item) as Product), name, commodity: null });
        }
        return found;
      };
      return (await readerOf(rows).read(redOrApple)).followUps;
    };
    expect(await read('Kashmir Apple')).toEqual([]);
    expect(await read('Banana')).toEqual([0]);
  });

  it('ends where it begins behind the first search once nothing is known to be meant', async () => {
    const reader = readerOf(named('red onion', 'red onion', 'red onion', 'apple', 'apple', 'apple'));
    const { nextCursor } = await reader.read({ ...redOrApple, options: { limit: 4 } });
    const behind = { ...redOrApple, options: { limit: 4, cursor: nextCursor! } };
    expect((await reader.read(behind)).items).toHaveLength(2);
    expect(await reader.read({ ...behind, followUps: [] })).toMatchObject({ items: [], nextCursor: null });
  });

  it('is a makeshift without it if there is no slot to look for it; what begins behind it is refused', async () => {
    const [one] = fc.sample(product(0), 1);
    const rows = new ModelRows(['red onion', 'apple', 'apple'].map((name, at) => ({ ...one!, id: `p${at}`, name })));
    const ask: PageRequest = {
      filters: { q: 'red' },
      options: { limit: 2 },
      followUps: [{ queries: ['apple'], goods: new Set(['apple']), ...read }],
      owner: 'a',
    };
    const reader = readerOf(rows);
    const first = await reader.read(ask);
    expect(first).toMatchObject({ items: [{ id: 'p0' }, { id: 'p2' }], interpretation: { kind: 'loosened' } });
    expect(first).not.toHaveProperty('isMakeshift');
    const behind = { ...ask, options: { limit: 2, cursor: first.nextCursor! } };
    let go: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => (go = resolve));
    const find = rows.find.bind(rows);
    rows.find = (searches, options, asked) =>
      asked.except ? blocked.then(() => find(searches, options, asked)) : find(searches, options, asked);
    const slow = reader.read(ask);
    const makeshift = await reader.read(ask);
    expect(makeshift).toMatchObject({ items: [{ id: 'p0' }], interpretation: { kind: 'exact' }, isMakeshift: true });
    expect(makeshift.nextCursor).toBeNull();
    await expect(reader.read(behind)).rejects.toMatchObject({ status: 503 });
    go();
    expect((await slow).items).toHaveLength(2);
    expect((await reader.read(behind)).items).toMatchObject([{ id: 'p1' }]);
  }, 20_000);
});
