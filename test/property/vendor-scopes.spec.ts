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
import { textScopes } from '../../src/inventory/text/text-scopes.js';
import { changesOf } from '../../src/inventory/changes.js';
import { decide } from '../../src/inventory/products/write/decide.js';
import type { ProductCommand } from '../../src/inventory/products/write/product-command.js';
import { WorkingSet } from '../../src/inventory/products/write/working-set.js';
import { scopesOfEvents } from '../../src/search-cache/scopes/scopes-of-events.js';
import { productSearch } from '../../src/search-cache/pages/cached-search.js';
import { ProductSearchScopes, VendorSearchScopes } from '../../src/search-cache/scopes/scopes-of-search.js';
import { aVendorEvent, ORIGIN } from '../support/events.js';
import { modelPage } from '../support/model-search.js';

const IDS = ['v0', 'v1', 'v2'];
const CATEGORIES = ['fruits', 'spices'];
const text = fc.constantFrom('asha', 'banu', 'chitra');

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
const vendorFilters: fc.Arbitrary<VendorFilters> = fc.record({ ...region, q: text }, { requiredKeys: [] });
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

/** The vendor search's meaning: filter, order by name, cut, and count each vendor's products. */
function vendorPage(all: readonly Vendor[], stock: readonly Product[], where: VendorFilters, most: number) {
  const has = (one: Vendor, category: string): boolean =>
    stock.some(({ vendorId, category: its }) => vendorId === one.id && its === category);
  const texts = (one: Vendor): unknown[] => [
    ...Object.values(one.names),
    one.name,
    one.market,
    one.district,
    one.state,
  ];
  return all
    .filter((one) => isIn(where, one) && (where.category === undefined || has(one, where.category)))
    .filter((one) => where.q === undefined || texts(one).includes(where.q))
    .sort((one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id))
    .slice(0, most)
    .map((one) => {
      const own = stock.filter(({ vendorId }) => vendorId === one.id);
      const available = own.filter(({ availability }) => availability === 'available').length;
      return { ...one, inventory: { total: own.length, available } };
    });
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
    expect(differences).toBeGreaterThan(500);
  });

  it('are shared by every change of a vendor or a product and every vendor search whose result it changes', () => {
    const differences = { update: 0, create: 0, product: 0 };
    const search = fc.record({ where: vendorFilters, most: limit });
    const changes = fc.oneof(change, command, vendor('v9'));
    fc.assert(
      fc.property(vendors, products, changes, search, (before, stock, one, { where, most }) => {
        const page = vendorPage(before, stock, where, most);
        const result = applied(before, stock, one);
        if (same(page, vendorPage(result.vendors, result.products, where, most))) return;
        differences[result.kind] += 1;
        const scopes = new VendorSearchScopes(where);
        expect(share(result.renewed, scopes.all())).toBe(true);
        expect(share(result.renewed, scopes.narrowed(page.map(({ id }) => id)))).toBe(true);
      }),
      { numRuns: 30_000 },
    );
    expect(Math.min(...Object.values(differences))).toBeGreaterThan(80);
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
    expect(share(languages, new VendorSearchScopes({}).narrowed([other.id]))).toBe(false);
    expect(share(languages, new VendorSearchScopes({}).narrowed([own.id]))).toBe(true);

    const renamed = scopesOfUpdate(own, { ...own, name: 'deepa', version: 2 });
    expect(share(renamed, shows(own))).toBe(true);
    expect(share(renamed, shows(other))).toBe(false);
  });
});

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
