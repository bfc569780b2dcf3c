import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, FoundVendor, Product, Vendor } from '../../src/contracts/index.js';
import { createProduct, createVendor } from '../support/builders.js';
import { cached, type Found, relayed, search, type SearchApps, startAlone, startPair } from '../support/search-apps.js';

let serial = 0;

/** A vendor with three products of a category that nobody else has. */
interface Stall {
  category: string;
  vendor: Vendor;
  /** 10, 20 and 30 rupees. */
  products: Product[];
}

describe.each([
  ['in the process', startAlone],
  ['in Redis, shared by two instances', startPair],
])('the search cache %s', (_name, start) => {
  let apps: SearchApps;
  let stall: Stall;
  /** A product that no search here is about. */
  let bystander: Product;
  let turn = 100;

  beforeAll(async () => {
    apps = await start();
    bystander = await createProduct(apps.first, { category: 'bystanders' });
  });
  afterAll(() => apps.close());

  const setUp = async (): Promise<Stall> => {
    serial += 1;
    const category = `category-${serial}`;
    const vendor = await createVendor(apps.first, { name: `Stall ${serial}`, state: `State ${serial}` });
    const products: Product[] = [];
    for (const basePrice of [10, 20, 30]) {
      products.push(await createProduct(apps.first, { vendorId: vendor.id, category, basePrice, name: 'Turmeric' }));
    }
    return { category, vendor, products };
  };
  const change = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { status } = await apps.first.request(method, path, body);
    expect(status).toBeLessThan(300);
  };
  const patch = (index: number, fields: object) =>
    change('PATCH', `/api/products/${stall.products[index]!.id}`, fields);
  const productsPath = (query: string) => `/api/products/search?${query}`;

  /** The very first reads after the acknowledgement, at all instances at once: none may be of the past. */
  const firstReads = async <Item extends { id: string }>(path: string): Promise<Found<Item>> => {
    const reads = await Promise.all(apps.apps.map((app) => search<Item>(app, path)));
    expect(reads.map(({ result }) => result)).toContain('MISS');
    for (const read of reads) expect(read.page.items).toEqual(reads[0]!.page.items);
    return reads[0]!;
  };
  /** Cached everywhere, and known so well that only what really matters to it counts. */
  const settle = async (path: string): Promise<void> => {
    await cached(apps.first, path);
    await patch(0, { unitWeightKg: 1 });
    await change('PUT', `/api/products/${stall.products[0]!.id}/availability`, { availability: 'limited' });
    // The relay renews once more, and the last change again with the next one: let both be over.
    turn += 1;
    await change('PATCH', `/api/products/${bystander.id}`, { basePrice: turn });
    await relayed(apps);
    for (const app of apps.apps) await cached(app, path);
  };

  it('misses first, then answers with the same bytes at every instance', async () => {
    stall = await setUp();
    const path = productsPath(`category=${stall.category}`);
    const missed = await search(apps.first, path);
    expect(missed.result).toBe('MISS');
    for (const app of apps.apps) {
      await cached(app, path);
      expect(await search(app, path)).toEqual({ ...missed, result: 'HIT' });
    }
  });

  it('takes searches that mean the same for one', async () => {
    stall = await setUp();
    await cached(apps.first, productsPath(`q=Turmeric&category=${stall.category}&limit=20`));
    for (const query of [
      `category=${stall.category}&q=turmeric`,
      `q=%20TURMERIC%20&sort=relevance&category=${stall.category}`,
    ]) {
      expect((await search(apps.first, productsPath(query))).result).toBe('HIT');
    }
    for (const query of [`q=Turmeri&category=${stall.category}`, `q=Turmeric&category=${stall.category}&limit=19`]) {
      expect((await search(apps.first, productsPath(query))).result).toBe('MISS');
    }
  });

  describe('after a change, shows it to the first reader:', () => {
    const cases: [what: string, query: () => string, change: () => Promise<void>, ids: (ids: string[]) => string[]][] =
      [
        ['a price', () => '', () => patch(1, { basePrice: 21 }), (ids) => ids],
        [
          'a product deleted',
          () => '',
          () => change('DELETE', `/api/products/${stall.products[1]!.id}`),
          ([a, , c]) => [a!, c!],
        ],
        ['a product moved away', () => '', () => patch(1, { category: 'elsewhere' }), ([a, , c]) => [a!, c!]],
        [
          'a name that is found no more',
          () => 'q=turmeric',
          () => patch(1, { name: 'Pepper' }),
          ([a, , c]) => [a!, c!],
        ],
        ['a name that is found now', () => 'q=saffron', () => patch(1, { name: 'Saffron' }), ([, b]) => [b!]],
        ['a translated name', () => 'q=केसर', () => patch(1, { names: { hi: 'केसर' } }), ([, b]) => [b!]],
        [
          'an availability',
          () => 'availability=out_of_stock',
          () => patch(1, { availability: 'out_of_stock' }),
          ([, b]) => [b!],
        ],
        [
          'a price that comes into the range',
          () => 'minPrice=15&maxPrice=20',
          () => patch(2, { basePrice: 15 }),
          ([, b, c]) => [b!, c!],
        ],
        [
          'a price that leaves the range',
          () => 'minPrice=15&maxPrice=20',
          () => patch(1, { basePrice: 20.01 }),
          () => [],
        ],
        [
          'a price that leads the order',
          () => 'sort=price_asc&limit=2',
          () => patch(2, { basePrice: 5 }),
          ([a, , c]) => [c!, a!],
        ],
        [
          'a price that falls behind',
          () => 'sort=price_desc&limit=2',
          () => patch(2, { basePrice: 5 }),
          ([a, b]) => [b!, a!],
        ],
        [
          'another state of the vendor',
          () => `state=${stall.vendor.state}`,
          () => change('PATCH', `/api/vendors/${stall.vendor.id}`, { state: 'Goa' }),
          () => [],
        ],
      ];

    it.each(cases)('%s', async (_what, query, make, expected) => {
      stall = await setUp();
      const path = productsPath(`category=${stall.category}&${query()}`);
      await settle(path);
      await make();
      const ids = stall.products.map(({ id }) => id);
      const read = await firstReads<FoundProduct>(path);
      const order = read.page.items.length > 0 && path.includes('sort=price') ? read.ids : [...read.ids].sort();
      const wanted = path.includes('sort=price') ? expected(ids) : [...expected(ids)].sort();
      expect(order).toEqual(wanted);
      for (const item of read.page.items) {
        expect((await apps.other.request<Product>('GET', `/api/products/${item.id}`)).body.version).toBe(item.version);
      }
    });

    it('a product created, here and in many at once', async () => {
      stall = await setUp();
      const path = productsPath(`category=${stall.category}`);
      await settle(path);
      const { id } = await createProduct(apps.first, { vendorId: stall.vendor.id, category: stall.category });
      expect((await firstReads(path)).ids).toContain(id);
      for (const app of apps.apps) await cached(app, path);
      const items = [1, 2].map((n) => ({ sku: `new-${n}`, name: 'New', category: stall.category, basePrice: n }));
      await change('PUT', `/api/vendors/${stall.vendor.id}/inventory`, { items });
      expect((await firstReads(path)).ids).toHaveLength(6);
    });

    it('a product moved here', async () => {
      stall = await setUp();
      const category = `${stall.category}-new`;
      const { id } = await createProduct(apps.first, { vendorId: stall.vendor.id, category });
      const path = productsPath(`category=${category}`);
      await settle(path);
      await patch(1, { category });
      expect((await firstReads(path)).ids.sort()).toEqual([id, stall.products[1]!.id].sort());
    });

    it('prices that move products between pages', async () => {
      stall = await setUp();
      const firstPage = `category=${stall.category}&sort=price_asc&limit=2`;
      const { page } = await search(apps.first, productsPath(firstPage));
      const secondPage = `${firstPage}&cursor=${encodeURIComponent(page.nextCursor!)}`;
      await settle(productsPath(secondPage));
      await patch(0, { basePrice: 40 });
      const { ids } = await firstReads(productsPath(secondPage));
      expect(ids).toEqual([stall.products[2]!.id, stall.products[0]!.id]);
    });

    it('the name of a vendor, on the pages of its products', async () => {
      stall = await setUp();
      const path = productsPath(`category=${stall.category}`);
      await settle(path);
      await change('PATCH', `/api/vendors/${stall.vendor.id}`, { name: 'Renamed' });
      const { page } = await firstReads<FoundProduct>(path);
      expect(page.items.map(({ vendor }) => vendor.name)).toEqual(['Renamed', 'Renamed', 'Renamed']);
    });

    it('what a vendor has, in vendor searches', async () => {
      stall = await setUp();
      const path = `/api/vendors/search?q=${encodeURIComponent(stall.vendor.name)}`;
      const counts = async () =>
        (await firstReads<FoundVendor>(path)).page.items.find(({ id }) => id === stall.vendor.id)?.inventory;
      await settle(path);
      await patch(1, { availability: 'out_of_stock' });
      expect(await counts()).toEqual({ total: 3, available: 1 });
      for (const app of apps.apps) await cached(app, path);
      await change('DELETE', `/api/products/${stall.products[1]!.id}`);
      expect(await counts()).toEqual({ total: 2, available: 1 });
      for (const app of apps.apps) await cached(app, path);
      await change('PATCH', `/api/vendors/${stall.vendor.id}`, { market: 'Azadpur' });
      expect((await firstReads<FoundVendor>(path)).page.items[0]).toMatchObject({ market: 'Azadpur' });
    });
  });

  describe('stays with its page after a change of', () => {
    const cases: [what: string, query: () => string, change: (other: Stall) => Promise<void>][] = [
      [
        'another category',
        () => `category=${stall.category}`,
        ({ products }) => change('PATCH', `/api/products/${products[0]!.id}`, { basePrice: 15 }),
      ],
      [
        'another vendor',
        () => `vendorId=${stall.vendor.id}`,
        ({ products }) => change('DELETE', `/api/products/${products[0]!.id}`),
      ],
      [
        'a price far from the range',
        () => `category=${stall.category}&minPrice=1&maxPrice=12`,
        () => patch(2, { basePrice: 3_000 }),
      ],
      [
        'a vendor that is new',
        () => `category=${stall.category}`,
        () => createVendor(apps.first).then(() => undefined),
      ],
      [
        'the languages of its own vendor',
        () => `category=${stall.category}`,
        () => change('PATCH', `/api/vendors/${stall.vendor.id}`, { languages: ['ta'] }),
      ],
      [
        'everything about another vendor',
        () => `category=${stall.category}`,
        ({ vendor }) =>
          change('PATCH', `/api/vendors/${vendor.id}`, { name: 'Renamed', state: 'Goa', market: 'Mapusa' }),
      ],
      ['nothing at all', () => `category=${stall.category}`, () => patch(1, { basePrice: 20 })],
    ];

    it.each(cases)('%s', async (_what, query, make) => {
      const other = await setUp();
      stall = await setUp();
      await settle(productsPath(query()));
      await make(other);
      for (const app of apps.apps) expect((await search(app, productsPath(query()))).result).toBe('HIT');
    });

    it('its vendors, who go on changing what no search is about: every search after it is a hit', async () => {
      const others = [await setUp(), await setUp(), await setUp()];
      stall = await setUp();
      const busy = await createVendor(apps.first, { name: 'Busy', state: stall.vendor.state });
      await createProduct(apps.first, { vendorId: busy.id, name: 'Turmeric', category: 'busy' });
      const paths = [
        ...[...others, stall].flatMap(({ category, vendor }) => [
          productsPath(`category=${category}`),
          productsPath(`vendorId=${vendor.id}&sort=price_asc`),
          productsPath(`q=Turmeric&state=${encodeURIComponent(vendor.state!)}&category=${category}`),
          `/api/vendors/search?q=${encodeURIComponent(vendor.name)}`,
        ]),
        productsPath('q=turmeric&limit=100'),
        productsPath('category=busy'),
      ];
      const speak = (languages: string[]) => change('PATCH', `/api/vendors/${busy.id}`, { languages });
      const fill = async (): Promise<void> => {
        for (const path of paths) for (const app of apps.apps) await cached(app, path);
      };
      await fill();
      // What is on a page is known once it has been found twice.
      await speak(['hi']);
      await fill();
      const results: string[] = [];
      for (let round = 0; round < 10; round += 1) {
        await speak(round % 2 === 0 ? ['ta'] : ['hi', 'ta']);
        for (const path of paths) for (const app of apps.apps) results.push((await search(app, path)).result);
      }
      expect(results).toEqual(results.map(() => 'HIT'));
      // Its name is shown with its own products, and so is the rest of what is shown of it.
      const shown = (name: string) =>
        change('PATCH', `/api/vendors/${busy.id}`, { name, names: { hi: name }, market: `${name}ganj` });
      await shown('Busier');
      await fill();
      await shown('Busiest');
      const elsewhere = paths.filter(
        (path) => /\/products\/.*(?:vendorId|category)=/.test(path) && !path.endsWith('=busy'),
      );
      for (const path of elsewhere) expect([path, (await search(apps.first, path)).result]).toEqual([path, 'HIT']);
    });

    it('another vendor’s languages and stock, as far as vendor searches go', async () => {
      const other = await setUp();
      stall = await setUp();
      const path = `/api/vendors/search?q=${encodeURIComponent(stall.vendor.name)}`;
      await settle(path);
      await change('PATCH', `/api/vendors/${other.vendor.id}`, { languages: ['ta'] });
      await change('PUT', `/api/products/${other.products[0]!.id}/availability`, { availability: 'limited' });
      await createProduct(apps.first, { vendorId: other.vendor.id });
      for (const app of apps.apps) expect((await search(app, path)).result).toBe('HIT');
    });

    it('another vendor’s name and market, in vendor searches that look for neither', async () => {
      stall = await setUp();
      const other = await createVendor(apps.first, { name: 'Zubin', market: 'Azadpur', state: 'Elsewhere' });
      const paths = [
        `/api/vendors/search?state=${encodeURIComponent(stall.vendor.state!)}`,
        `/api/vendors/search?q=${encodeURIComponent(stall.vendor.name)}`,
      ];
      const unfiltered = '/api/vendors/search?limit=1';
      const move = (fields: object) => change('PATCH', `/api/vendors/${other.id}`, fields);
      for (const path of [...paths, unfiltered]) await cached(apps.first, path);
      // What is on a page is known once it has been found twice.
      await move({ languages: ['ta'] });
      for (const path of [...paths, unfiltered]) await settle(path);
      await move({ market: 'Narela', district: 'North' });
      expect((await search(apps.first, unfiltered)).result).toBe('HIT');
      await move({ name: 'Zoya', state: 'Nowhere', names: { hi: 'ज़ोया' } });
      for (const path of paths) {
        for (const app of apps.apps) expect([path, (await search(app, path)).result]).toEqual([path, 'HIT']);
      }
    });

    it('a price, as far as vendor searches go', async () => {
      stall = await setUp();
      const path = `/api/vendors/search?q=${encodeURIComponent(stall.vendor.name)}`;
      await settle(path);
      await patch(1, { basePrice: 25 });
      for (const app of apps.apps) expect((await search(app, path)).result).toBe('HIT');
    });
  });
});
