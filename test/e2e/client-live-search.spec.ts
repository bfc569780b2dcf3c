import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  InventoryClient,
  LiveSearch,
  LiveSearchOptions,
  PageChange,
  ProductPage,
} from '../../src/client/index.js';
import type { Product, ProductFilters, Vendor } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { breakConnections, quickClient } from '../support/clients.js';
import { randomOf } from '../support/interleaving.js';
import { waitFor } from '../support/processes.js';
import { delivered, realtimeStats } from '../support/rooms.js';
import { searchProducts } from '../support/search-apps.js';

type Query = ProductFilters & LiveSearchOptions;

describe('a live search', () => {
  let app: TestApp;
  const clients: InventoryClient[] = [];

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await waitFor(async () => (await realtimeStats(app)).connections === 0, { what: 'the clients to be gone' });
  });

  const connect = (ownFetch?: typeof fetch): InventoryClient => {
    const client = quickClient(app.url, ownFetch && { fetch: ownFetch });
    clients.push(client);
    return client;
  };

  interface Watched {
    search: LiveSearch;
    changes: PageChange['reason'][];
    shown: ProductPage[];
    errors: Error[];
  }
  const watch = (client: InventoryClient, query: Query): Watched => {
    const { onError: _onError, onStatus: _onStatus, interval = 1, limit, sort, cursor, ...filters } = query;
    const watched = { changes: [], shown: [], errors: [] } as unknown as Watched;
    watched.search = client.liveSearch(
      filters,
      (page, { reason }) => {
        watched.changes.push(reason);
        watched.shown.push(page);
      },
      {
        interval,
        onError: (error) => void watched.errors.push(error),
        ...(limit !== undefined && { limit }),
        ...(sort !== undefined && { sort }),
        ...(cursor !== undefined && { cursor }),
      },
    );
    return watched;
  };
  const loaded = ({ search }: Watched) => waitFor(() => search.page, { what: 'the first page' });
  const patch = (id: string, body: object) => app.request('PATCH', `/api/products/${id}`, body);

  /** Waits until the page is what the server says now, and the log has been delivered, so that it stays so. */
  const current = async ({ search }: Watched, query: Query): Promise<void> => {
    const asked = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const { page } = await searchProducts(app, asked.toString());
    const text = (value: unknown): string => JSON.stringify(sorted(value));
    // The last product behind the page may have gone, which needs no request.
    const isCurrent = ({ items, nextCursor }: ProductPage): boolean =>
      text(items) === text(page.items) && (nextCursor === page.nextCursor || page.nextCursor === null);
    try {
      await waitFor(() => isCurrent(search.page!), { timeoutMs: 3_000, everyMs: 5, what: 'the page' });
    } catch {
      expect({ asked: asked.toString(), ...search.page }).toEqual({ asked: asked.toString(), ...page });
    }
  };

  describe.each([1, 2, 3])('beside changes at random, with seed %i,', (seed) => {
    it('stays what a fresh search finds', async () => {
      const market = new Market(app, randomOf(seed));
      await market.open();
      const queries = market.queries(await market.cursor());
      const clientsOfTwo = [connect(), connect()];
      const watched = queries.map((query, index) => watch(clientsOfTwo[index % 2]!, query));
      for (const one of watched) await loaded(one);
      for (let round = 0; round < 30; round += 1) {
        if (round % 6 === 5) breakConnections(app);
        await market.change();
        for (const [index, query] of queries.entries()) await current(watched[index]!, query);
      }
      expect(market.changed).toBeGreaterThan(100);
      expect(watched.flatMap(({ errors }) => errors)).toEqual([]);
      const reasons = watched.flatMap(({ changes }) => changes);
      for (const reason of ['loaded', 'patched', 'refetched']) expect(reasons).toContain(reason);
    });
  });

  it('patches what can’t move, refetches what can, and does nothing about the rest', async () => {
    const vendor = await createVendor(app, { name: 'Asha', market: 'Azadpur', state: 'Delhi' });
    const onion = await createProduct(app, { vendorId: vendor.id, name: 'Onion', basePrice: 50 });
    await createProduct(app, { vendorId: vendor.id, name: 'Garlic', category: 'spices', basePrice: 60 });
    let asked = 0;
    const client = connect((...request) => {
      asked += 1;
      return fetch(...request);
    });
    const query: Query = { vendorId: vendor.id, category: 'vegetables', maxPrice: 100, lang: 'hi' };
    const watched = watch(client, query);
    await loaded(watched);
    const steps: [object, PageChange['reason'], number][] = [
      [{ basePrice: 55, availability: 'limited' }, 'patched', 1],
      [{ names: { hi: 'प्याज' } }, 'patched', 1],
      [{ basePrice: 101 }, 'refetched', 2],
      [{ basePrice: 99 }, 'refetched', 3],
    ];
    for (const [body, reason, requests] of steps) {
      const before = watched.changes.length;
      await patch(onion.id, body);
      await waitFor(() => watched.changes.length > before, { what: reason });
      await current(watched, query);
      expect([watched.changes.at(-1), asked]).toEqual([reason, requests]);
    }
    expect(watched.search.page!.items[0]).toMatchObject({
      displayName: 'प्याज',
      vendor: { id: vendor.id, name: 'Asha', market: 'Azadpur', state: 'Delhi' },
    });
    // Each change made a new page; those shown before stay as they were.
    expect(watched.shown[0]!.items[0]).toMatchObject({ basePrice: 50, version: 1 });
    expect(new Set(watched.shown).size).toBe(watched.shown.length);
  });

  it('has one request under way, and one more for whatever happens meanwhile', async () => {
    const vendor = await createVendor(app);
    const gate = new Gate();
    const client = connect(gate.fetch);
    const watched = watch(client, { vendorId: vendor.id, sort: 'price_asc', limit: 50 });
    await loaded(watched);
    gate.shut();
    const general = follows(client);
    await general.ready;
    await createProduct(app, { vendorId: vendor.id });
    await waitFor(() => gate.answered === 2, { what: 'the page to be read' });
    for (let more = 0; more < 28; more += 1) await createProduct(app, { vendorId: vendor.id });
    await waitFor(() => general.seen() >= 29, { what: 'the events' });
    expect(gate.requests).toBe(2);
    gate.open();
    await waitFor(() => watched.search.page!.items.length === 29, { what: 'the last product' });
    expect([gate.requests, gate.most]).toEqual([3, 1]);
  });

  it('keeps what has come while an older page was under way', async () => {
    const vendor = await createVendor(app);
    const product = await createProduct(app, { vendorId: vendor.id, basePrice: 1 });
    const gate = new Gate();
    const client = connect(gate.fetch);
    const watched = watch(client, { vendorId: vendor.id });
    await loaded(watched);
    const general = follows(client);
    await general.ready;
    gate.shut();
    await createProduct(app, { vendorId: vendor.id });
    await waitFor(() => gate.answered === 2, { what: 'the page to be read' });
    await patch(product.id, { basePrice: 7 });
    await waitFor(() => general.seen() >= 2, { what: 'the event' });
    gate.open();
    await waitFor(() => watched.search.page!.items.length === 2, { what: 'the page' });
    expect(watched.search.page!.items[1]).toMatchObject({ id: product.id, basePrice: 7 });
    expect(watched.changes).toEqual(['loaded', 'refetched', 'patched']);
    expect(gate.requests).toBe(2);
  });

  it('tries again when a search fails, but not when the query is wrong', async () => {
    const vendor = await createVendor(app);
    let failures = 2;
    const client = connect((...request) => {
      failures -= 1;
      if (failures === 1) return Promise.reject(new TypeError('fetch failed'));
      return failures === 0 ? Promise.resolve(new Response('away', { status: 503 })) : fetch(...request);
    });
    const watched = watch(client, { vendorId: vendor.id });
    await loaded(watched);
    expect(watched.errors).toMatchObject([{ message: 'fetch failed' }, { code: 'http_error', status: 503 }]);
    failures = 0;
    const wrong = watch(client, { minPrice: -1 });
    await waitFor(() => wrong.errors.length > 0, { what: 'the refusal' });
    expect(wrong.errors).toMatchObject([{ code: 'validation_failed', status: 400, retryable: false }]);
    expect([failures, wrong.search.page]).toEqual([-1, null]);
  });

  it('ends without a trace', async () => {
    const vendor = await createVendor(app);
    const product = await createProduct(app, { vendorId: vendor.id });
    const gate = new Gate();
    const client = connect(gate.fetch);
    const [one, other] = [watch(client, { vendorId: vendor.id }), watch(client, { vendorId: vendor.id })];
    for (const watched of [one, other]) await loaded(watched);
    await waitFor(async () => (await realtimeStats(app)).subscriptions.vendor === 1, { what: 'the subscription' });
    one.search.close();
    await patch(product.id, { basePrice: 2 });
    await waitFor(() => other.changes.length === 2, { what: 'the other to change' });
    expect(one.changes).toEqual(['loaded']);
    gate.shut();
    const never = watch(client, {});
    await waitFor(() => gate.answered === 3, { what: 'the answer' });
    other.search.close();
    never.search.close();
    await waitFor(async () => (await realtimeStats(app)).subscriptions.total === 0, { what: 'the room to be left' });
    expect(gate.aborted).toBe(1);
    expect([never.changes, never.errors, other.errors]).toEqual([[], [], []]);
  });

  /** Counts the events a client gets, in a room that gets all of them. */
  function follows(client: InventoryClient): { ready: Promise<unknown>; seen(): number } {
    let seen = 0;
    const { ready } = client.subscribe({ type: 'general' }, () => void (seen += 1));
    return { ready, seen: () => seen };
  }
});

/** A `fetch` whose answers can be kept back. */
class Gate {
  requests = 0;
  answered = 0;
  aborted = 0;
  /** Requests that were under way at once, at most. */
  most = 0;
  private underWay = 0;
  private waiting: Promise<void> = Promise.resolve();
  open: () => void = () => undefined;

  readonly fetch: typeof fetch = async (target, init) => {
    this.requests += 1;
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    const aborted = (): void => void (this.aborted += 1);
    init?.signal?.addEventListener('abort', aborted);
    const response = await fetch(target, init);
    this.answered += 1;
    await this.waiting;
    init?.signal?.removeEventListener('abort', aborted);
    this.underWay -= 1;
    return response;
  };

  shut(): void {
    this.waiting = new Promise((resolve) => (this.open = resolve));
  }
}

/** Vendors and products that change at random. */
class Market {
  changed = 0;
  private vendors: Vendor[] = [];
  private readonly products: Product[] = [];

  constructor(
    private readonly app: TestApp,
    private readonly random: (below: number) => number,
  ) {}

  async open(): Promise<void> {
    this.vendors = [
      await createVendor(this.app, { state: 'Delhi' }),
      await createVendor(this.app, { state: 'Kerala', district: 'Idukki' }),
    ];
    for (let count = 0; count < 25; count += 1) await this.create();
  }

  /** Of the second page of the cheapest. */
  async cursor(): Promise<string> {
    return (await searchProducts(this.app, 'sort=price_asc&limit=5')).page.nextCursor!;
  }

  queries(cursor: string): Query[] {
    const [{ id: first }, { id: second }] = this.vendors as [Vendor, Vendor];
    return [
      { limit: 10 },
      { limit: 4, sort: 'price_asc' },
      { limit: 5, sort: 'price_asc', cursor },
      { vendorId: first, sort: 'price_desc', limit: 6, lang: 'hi' },
      { vendorId: first, category: 'spices', availability: 'available' },
      { vendorId: second, availability: 'available', maxPrice: 50 },
      { category: 'spices', minPrice: 20, maxPrice: 60, limit: 5, sort: 'price_asc' },
      { category: 'grains', availability: 'limited', lang: 'ta' },
      { category: 'grains', maxPrice: 70, limit: 3 },
      { q: 'onion', limit: 5 },
      { q: 'aloo', vendorId: second, lang: 'hi' },
      { q: 'o', state: 'Kerala', sort: 'price_desc', limit: 5 },
      { state: 'Delhi', availability: 'out_of_stock' },
      { district: 'Idukki', minPrice: 50 },
    ];
  }

  /** Some changes at once. */
  async change(): Promise<void> {
    const some = 3 + this.random(4);
    await Promise.all(Array.from({ length: some }, () => this.one()));
    this.changed += some;
    await delivered(this.app);
  }

  private async one(): Promise<void> {
    const kind = this.random(10);
    if (kind === 0 || this.products.length < 10) return this.create();
    const at = this.random(this.products.length);
    const path = `/api/products/${this.products[at]!.id}`;
    if (kind === 1) {
      this.products.splice(at, 1);
      expect((await this.app.request('DELETE', path)).status).toBe(204);
      return;
    }
    // Another change may have deleted it.
    expect([200, 404]).toContain((await this.app.request('PATCH', path, this.updates())).status);
  }

  private updates(): object {
    const all: [string, () => unknown][] = [
      ['basePrice', () => this.random(100)],
      ['availability', () => this.availability()],
      ['category', () => this.category()],
      ['name', () => this.name()],
      ['names', () => ({ hi: this.pick(['आलू', 'प्याज', 'टमाटर']) })],
      ['unit', () => this.pick(['kg', 'quintal'])],
      ['description', () => this.pick(['fresh onion', 'old', null])],
    ];
    const count = 1 + this.random(3);
    return Object.fromEntries(
      Array.from({ length: count }, () => this.pick(all)).map(([field, value]) => [field, value()]),
    );
  }

  private async create(): Promise<void> {
    const product = await createProduct(this.app, {
      vendorId: this.pick(this.vendors).id,
      name: this.name(),
      category: this.category(),
      basePrice: this.random(100),
      availability: this.availability(),
    });
    this.products.push(product);
  }

  private readonly name = (): string => this.pick(['Onion', 'Potato', 'Okra', 'Tomato']);
  private readonly category = (): string => this.pick(['spices', 'grains', 'vegetables']);
  private readonly availability = (): string => this.pick(['available', 'limited', 'out_of_stock']);

  private pick<Value>(values: readonly Value[]): Value {
    return values[this.random(values.length)]!;
  }
}

/** The same text for equal values, whatever the order of their fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, one]) => [name, sorted(one)]);
}
