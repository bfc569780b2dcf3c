import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryClient, LiveSearch, PageChange, ProductPage } from '../../src/client/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { breakConnections, quickClient } from '../support/clients.js';
import { Gate, HeldEvents } from '../support/late-delivery.js';
import { Market, type Query } from '../support/market.js';
import { randomOf } from '../support/interleaving.js';
import { waitFor } from '../support/processes.js';
import { realtimeStats } from '../support/rooms.js';
import { searchProducts } from '../support/search-apps.js';

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

  describe.each([4, 5, 6])('whose events and answers come late, with seed %i,', (seed) => {
    it('is what a fresh search finds when all have come', async () => {
      const random = randomOf(seed);
      const market = new Market(app, random);
      await market.open();
      const gate = new Gate();
      const client = connect(gate.fetch);
      const held = new HeldEvents(client);
      const queries = market.queries(await market.cursor());
      const watched = queries.map((query) => watch(client, query));
      for (const one of watched) await loaded(one);
      for (let round = 0; round < 12; round += 1) {
        held.holding = true;
        if (random(2) === 0) gate.shut();
        for (let part = 0; part < 3; part += 1) {
          await market.change();
          await held.deliver(random(held.waiting + 1));
          if (random(3) === 0) gate.open();
        }
        // The answers before the events that they include, or behind them.
        if (random(2) === 0) gate.open();
        held.holding = false;
        await held.deliver(held.waiting);
        gate.open();
        for (const [index, query] of queries.entries()) await current(watched[index]!, query);
      }
      expect(watched.flatMap(({ errors }) => errors)).toEqual([]);
    }, 60_000);
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

/** The same text for equal values, whatever the order of their fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, one]) => [name, sorted(one)]);
}
