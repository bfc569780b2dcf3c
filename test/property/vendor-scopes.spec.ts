import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  AVAILABILITIES,
  type Facet,
  type NewInventoryEvent,
  type Placed,
  type PlaceSpellings,
  type Product,
  type ProductFilters,
  PRODUCT_SORTS,
  type Vendor,
  type VendorFields,
  type VendorFilters,
  withMarketFacts,
} from '../../src/contracts/index.js';
import { vendorLexemes } from '../../src/inventory/text/search-document.js';
import { textQueryOf } from '../../src/inventory/text/text-query.js';
import { textScopes } from '../../src/inventory/text/text-scopes.js';
import { changesOf } from '../../src/inventory/changes.js';
import { decide } from '../../src/inventory/products/write/decide.js';
import type { ProductCommand } from '../../src/inventory/products/write/product-command.js';
import { WorkingSet } from '../../src/inventory/products/write/working-set.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { productSearch, vendorSearch } from '../../src/search-cache/pages/cached-search.js';
import { ProductSearchScopes, VendorSearchScopes } from '../../src/search-cache/scopes/scopes-of-search.js';
import { aVendorEvent, ORIGIN } from '../support/events.js';
import { modelPage } from '../support/model-search.js';
import { rankOf } from '../support/text-match.js';

const IDS = ['v0', 'v1', 'v2'];
const CATEGORIES = ['fruits', 'spices'];
const text = fc.constantFrom('asha', 'asha traders', 'बानू', 'azadpur');

const fields = {
  name: text,
  names: fc.oneof(fc.constant({}), fc.record({ hi: text })),
  market: fc.oneof(fc.constant(null), text),
  district: fc.constantFrom(null, 'north', 'south'),
  state: fc.constantFrom(null, 'delhi', 'goa'),
  languages: fc.subarray(['hi', 'ta']),
} satisfies Record<keyof VendorFields, fc.Arbitrary<unknown>>;
const vendor = (id: string) =>
  fc.record(fields).map((given): Vendor => ({ ...given, id, version: 1, createdAt: '', updatedAt: '' }));
const vendors = fc.tuple(...IDS.map(vendor));
const product = (index: number) =>
  fc
    .record({ vendorId: fc.constantFrom(...IDS), category: fc.constantFrom(...CATEGORIES), basePrice: fc.nat(3) })
    .map((given) =>
      withMarketFacts({
        ...given,
        id: `p${index}`,
        sku: `s${index}`,
        name: 'okra',
        names: {},
        description: null,
        unit: 'kg',
        currency: 'INR',
        availability: 'available',
        version: 1,
        createdAt: new Date(1_000 * index).toISOString(),
        updatedAt: new Date(0).toISOString(),
      }),
    );
const products = fc.tuple(...[0, 1, 2, 3, 4].map(product));
const region = {
  state: fc.constantFrom('delhi', 'goa'),
  district: fc.constantFrom('north', 'south'),
  category: fc.constantFrom(...CATEGORIES),
};
const productFilters: fc.Arbitrary<Placed<ProductFilters>> = fc.record(
  {
    ...region,
    vendorId: fc.constantFrom(...IDS),
    market: text,
    // As vendors may spell them, or a place that is named in the text.
    spellings: fc.constantFrom<PlaceSpellings>({ state: ['Delhi', 'delhi', 'goa'] }, { market: ['asha', 'banu'] }),
  },
  { requiredKeys: [] },
);
/** Whole words and beginnings, in another script than they are stored in, and some that tell too little. */
const typed = fc.constantFrom('asha', 'tra', 'banu', 'azad', 'आशा', 'बा', 'a', 'asha azadpur', '!');
const vendorFilters: fc.Arbitrary<Placed<VendorFilters>> = fc.record(
  {
    ...region,
    market: text,
    q: typed,
    spellings: fc.constantFrom<PlaceSpellings>({ state: ['Delhi', 'delhi', 'goa'] }, { market: ['asha', 'azadpur'] }),
  },
  { requiredKeys: [] },
);
const limit = fc.integer({ min: 1, max: 3 });

const isIn = (where: Placed<VendorFilters>, one: Vendor): boolean =>
  (['state', 'district', 'market'] as const).every((kind) => {
    const names = where.spellings?.[kind] ?? [where[kind]];
    return names.some((name) => name === undefined || name === one[kind]);
  });

/** One vendor's change of one or more fields, as its row has it afterwards. */
const change = fc.record({ id: fc.constantFrom(...IDS), fields: fc.record(fields, { requiredKeys: [] }) });

function changed(before: readonly Vendor[], { id, fields: updates }: { id: string; fields: Partial<VendorFields> }) {
  const old = before.find((one) => one.id === id)!;
  const next = { ...old, ...updates, version: 2, updatedAt: 'later' };
  return { old, next, after: before.map((one) => (one.id === id ? next : one)) };
}

/** What a page of products shows of its products' vendors; more than the product's own page does. */
function productPage(
  all: readonly Vendor[],
  stock: readonly Product[],
  where: Placed<ProductFilters>,
  options: { facets?: readonly Facet[] },
) {
  const byId = new Map(all.map((one) => [one.id, one]));
  const inRegion = stock.filter(({ vendorId }) => isIn(where, byId.get(vendorId)!));
  const page = modelPage(inRegion, where, { limit: 2, ...options }, 0);
  const shown = page.items.map((item) => {
    const { id, name, names, market, district, state } = byId.get(item.vendorId)!;
    return { ...item, vendor: { id, name, names, market, district, state } };
  });
  const facets = options.facets?.includes('state')
    ? inRegion
        .filter(({ category }) => where.category === undefined || category === where.category)
        .filter(({ vendorId }) => where.vendorId === undefined || vendorId === where.vendorId)
        .map((one) => byId.get(one.vendorId)!.state)
        .sort()
    : [];
  return { ...page, shown, facets };
}

/** What a vendor is found by, made once for each of the few there are. */
const lexemesOf = memoized((one: Vendor) => vendorLexemes(one));
const textOf = memoized((q: string) => textQueryOf(q, 'people'));

/** The vendor search's meaning: filter, order by rank and name, cut, and count each vendor's products. */
function vendorPage(all: readonly Vendor[], stock: readonly Product[], where: Placed<VendorFilters>, most: number) {
  const has = (one: Vendor, category: string): boolean =>
    stock.some(({ vendorId, category: its }) => vendorId === one.id && its === category);
  const ranks = (one: Vendor): [number, Vendor][] => {
    if (where.q === undefined) return [[0, one]];
    const text = textOf(where.q);
    const rank = text && rankOf(lexemesOf(one), text);
    return rank === undefined ? [] : [[rank, one]];
  };
  const found = all
    .filter((one) => isIn(where, one) && (where.category === undefined || has(one, where.category)))
    .flatMap(ranks)
    .sort(
      ([rank, one], [other, another]) => rank - other || byText(one.name, another.name) || byText(one.id, another.id),
    )
    .map(([, one]) => one);
  const items = found.slice(0, most).map((one) => {
    const own = stock.filter(({ vendorId }) => vendorId === one.id);
    const available = own.filter(({ availability }) => availability === 'available').length;
    return { ...one, inventory: { total: own.length, available } };
  });
  return { items, more: found.length > most };
}

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function memoized<Argument, Result>(make: (argument: Argument) => Result): (argument: Argument) => Result {
  const made = new Map<string, Result>();
  return (argument) => {
    const key = JSON.stringify(argument);
    if (!made.has(key)) made.set(key, make(argument));
    return made.get(key)!;
  };
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const share = (one: Iterable<string>, other: readonly string[]): boolean => {
  const scopes = new Set(one);
  return other.some((scope) => scopes.has(scope));
};

const command = fc.oneof<fc.Arbitrary<ProductCommand>[]>(
  fc.record({
    kind: fc.constant('update' as const),
    id: fc.constantFrom('p0', 'p1', 'p2'),
    updates: fc.record(
      { category: fc.constantFrom(...CATEGORIES), availability: fc.constantFrom(...AVAILABILITIES) },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ kind: fc.constant('delete' as const), id: fc.constantFrom('p0', 'p1', 'p2') }),
  fc.record({
    kind: fc.constant('create' as const),
    data: fc.record({
      vendorId: fc.constantFrom(...IDS),
      name: fc.constant('okra'),
      category: fc.constantFrom(...CATEGORIES),
      basePrice: fc.nat(3),
    }),
  }),
);

/** Of the event of the change, as `VendorService` makes it. */
function scopesOfUpdate(old: Vendor, next: Vendor): Set<string> {
  const { id: vendorId, version } = next;
  const { name, names, market, district, state, languages } = next;
  const changes = changesOf<VendorFields>(old, { name, names, market, district, state, languages });
  const event = aVendorEvent({ eventType: 'vendor_updated', vendorId, version, changes, vendor: next });
  return scopesOfEvents([event], textScopes);
}

describe('scopes of vendors', () => {
  it('are shared by every change of a vendor and every product search whose result it changes', () => {
    let differences = 0;
    const facets = fc.constantFrom<readonly Facet[]>([], ['state']);
    const sort = fc.record({ limit, sort: fc.constantFrom(...PRODUCT_SORTS), facets });
    fc.assert(
      fc.property(vendors, products, change, productFilters, sort, (before, stock, one, where, options) => {
        const { old, next, after } = changed(before, one);
        const page = productPage(before, stock, where, options);
        const fresh = productPage(after, stock, where, options);
        if (same([page.shown, page.facets], [fresh.shown, fresh.facets])) return;
        differences += 1;
        const renewed = scopesOfUpdate(old, next);
        const scopes = new ProductSearchScopes(where, textScopes);
        expect(share(renewed, productSearch(where, options, textScopes).scopes)).toBe(true);
        const productIds = page.items.map(({ id }) => id);
        for (const vendorIds of [page.items.map(({ vendorId }) => vendorId), page.items.map(() => undefined)]) {
          const facts = { productIds, vendorIds, complete: !page.more, priceEnds: page.priceEnds };
          expect(share(renewed, scopes.narrowed(options, facts))).toBe(true);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(differences).toBeGreaterThan(300);
  });

  it('are shared by every change of a vendor or a product and every vendor search whose result it changes', () => {
    const differences = { update: 0, create: 0, product: 0 };
    // What filters by little finds most, and what it finds is in an order.
    const where = fc.oneof(vendorFilters, fc.constantFrom({}, { q: 'a' }, { category: 'spices' }, { state: 'goa' }));
    const search = fc.record({ where, most: limit });
    const changes = fc.oneof(change, command, command, vendor('v9'), vendor('v9'));
    fc.assert(
      fc.property(vendors, products, changes, search, (before, stock, one, { where, most }) => {
        const page = vendorPage(before, stock, where, most);
        const result = applied(before, stock, one);
        if (same(page, vendorPage(result.vendors, result.products, where, most))) return;
        differences[result.kind] += 1;
        const scopes = new VendorSearchScopes(where, textScopes);
        expect(share(result.renewed, scopes.all())).toBe(true);
        expect(share(result.renewed, scopes.narrowed(page.items.map(({ id }) => id)))).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(Math.min(...Object.values(differences))).toBeGreaterThan(500);
  });

  it('are shared by every change and every vendor search that is looked for at a place, once nothing is found', () => {
    const differences = { loosened: 0, exact: 0 };
    let missedAlone = 0;
    const changes = fc.oneof(change, change, command, vendor('v9'));
    const search = fc.record({ q: typed, where: vendorFilters, most: limit });
    fc.assert(
      fc.property(vendors, products, changes, search, (before, stock, one, { q, where, most }) => {
        const steps = [{ ...where, q: `${q} nowhere` }, where, { ...where, q }];
        const [asked, looser] = fc.sample(fc.shuffledSubarray(steps, { minLength: 2, maxLength: 2 }), {
          numRuns: 1,
          seed: most,
        })[0]!;
        const run = (all: readonly Vendor[], stocked: readonly Product[]) => {
          const first = vendorPage(all, stocked, asked!, most);
          return first.items.length > 0
            ? { ...first, step: 0 }
            : { ...vendorPage(all, stocked, looser!, most), step: 1 };
        };
        const result = applied(before, stock, one);
        const old = run(before, stock);
        if (same(old, run(result.vendors, result.products))) return;
        differences[old.step === 1 ? 'loosened' : 'exact'] += 1;
        const { scopes, narrow } = vendorSearch(asked!, { limit: most }, textScopes, looser);
        const page = { items: old.items, nextCursor: null, epoch: '', position: 0 };
        expect(share(result.renewed, scopes)).toBe(true);
        expect(share(result.renewed, narrow({ page, step: old.step }))).toBe(true);
        if (!share(result.renewed, narrow({ page, step: old.step, firstStep: old.step }))) missedAlone += 1;
      }),
      { numRuns: 8_000 },
    );
    expect(Math.min(...Object.values(differences))).toBeGreaterThan(40);
    // It depends on the search that found nothing, too.
    expect(missedAlone).toBeGreaterThan(0);
  });

  it('are not shared by what a vendor changes of itself and pages that don’t show it', () => {
    const [own, other] = [aVendor('v0'), aVendor('v1')];
    const shows = (one: Vendor): string[] =>
      new ProductSearchScopes({ category: 'spices' }, textScopes).narrowed(
        { limit: 20 },
        { productIds: ['p1'], vendorIds: [one.id], complete: true },
      );
    const languages = scopesOfUpdate(own, { ...own, languages: ['te'], version: 2 });
    expect(share(languages, shows(own))).toBe(false);
    expect(share(languages, new ProductSearchScopes({ state: 'delhi' }, textScopes).all())).toBe(false);
    expect(share(languages, vendorPageOf({}, other))).toBe(false);
    expect(share(languages, vendorPageOf({}, own))).toBe(true);

    const renamed = scopesOfUpdate(own, { ...own, name: 'deepa', version: 2 });
    expect(share(renamed, shows(own))).toBe(true);
    expect(share(renamed, shows(other))).toBe(false);
  });

  it('are not shared by a vendor’s new name or place and vendor searches that look for others', () => {
    const own: Vendor = {
      ...aVendor('v0'),
      name: 'asha',
      names: {},
      market: 'azadpur',
      district: 'north',
      state: 'goa',
    };
    const other = aVendor('v1');
    const searches = [
      {},
      { state: 'delhi' },
      { state: 'goa' },
      { state: 'goa', district: 'south' },
      { market: 'azadpur' },
      { q: 'banu' },
      { q: 'asha' },
      { q: 'azad', state: 'delhi' },
      { q: 'a' },
    ];
    const touchedBy = (fields: Partial<Vendor>): boolean[] => {
      const renewed = scopesOfUpdate(own, { ...own, ...fields, version: 2 });
      return searches.map((where) => share(renewed, vendorPageOf(where, other)));
    };
    const of = (...touched: number[]): boolean[] => searches.map((_where, at) => touched.includes(at));
    expect(touchedBy({ languages: ['te'] })).toEqual(of());
    expect(touchedBy({ names: { hi: 'बानू' } })).toEqual(of(5, 6, 7, 8));
    expect(touchedBy({ market: 'lasalgaon' })).toEqual(of(4, 6, 7, 8));
    expect(touchedBy({ district: 'south' })).toEqual(of(3, 6, 7, 8));
    expect(touchedBy({ state: 'kerala' })).toEqual(of(2, 3, 6, 7, 8));
    expect(touchedBy({ name: 'deepa' })).toEqual(of(0, 2, 4, 6, 7, 8));
  });
});

/** What a page depends on that shows one vendor. */
const vendorPageOf = (where: Placed<VendorFilters>, shown: Vendor): string[] =>
  new VendorSearchScopes(where, textScopes).narrowed([shown.id]);

const aVendor = (id: string): Vendor => fc.sample(vendor(id), { numRuns: 1, seed: 1 })[0]!;

interface Applied {
  kind: 'update' | 'create' | 'product';
  vendors: readonly Vendor[];
  products: readonly Product[];
  renewed: Iterable<string>;
}

type Change = Vendor | ProductCommand | { id: string; fields: Partial<VendorFields> };

function applied(before: readonly Vendor[], stock: readonly Product[], one: Change): Applied {
  if (!('kind' in one) && 'fields' in one) {
    const { old, next, after } = changed(before, one);
    return { kind: 'update', vendors: after, products: stock, renewed: scopesOfUpdate(old, next) };
  }
  if (!('kind' in one)) {
    const created = aVendorEvent({ vendorId: one.id, vendor: one });
    return {
      kind: 'create',
      vendors: [...before, one],
      products: stock,
      renewed: scopesOfEvents([created], textScopes),
    };
  }
  const set = new WorkingSet(stock, new Set(IDS));
  const occurredAt = new Date(9e6).toISOString();
  decide(one, set, { origin: ORIGIN, region: 'r', occurredAt, marketDay: '1970-01-02' });
  const drafts = set.changed();
  const events: NewInventoryEvent[] = drafts.flatMap((draft) => draft.events);
  const gone = new Set(drafts.map(({ id }) => id));
  const after = [...stock.filter(({ id }) => !gone.has(id)), ...drafts.flatMap(({ current }) => current ?? [])];
  return { kind: 'product', vendors: before, products: after, renewed: scopesOfEvents(events, textScopes) };
}
