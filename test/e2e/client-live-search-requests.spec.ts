import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  InventoryClient,
  LiveSearch,
  LiveSearchOptions,
  LiveSearchStatus,
  PageChange,
} from '../../src/client/index.js';
import type { Product, ProductFilters, Vendor } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { breakConnections, quickClient } from '../support/clients.js';
import { waitFor } from '../support/processes.js';
import { realtimeStats } from '../support/rooms.js';

describe('a live search asks', () => {
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

  interface Watched {
    search: LiveSearch;
    changes: PageChange['reason'][];
    statuses: LiveSearchStatus[];
    errors: Error[];
    /** When each request began, on `performance.now()`'s clock. */
    asked: number[];
    /** Instead of the server's answer. */
    fail: (() => Promise<Response>) | undefined;
    /** Waits for an event that came after everything so far. */
    heard(): Promise<void>;
  }

  async function watch(filters: ProductFilters, options: LiveSearchOptions = {}): Promise<Watched> {
    const watched = { changes: [], statuses: [], errors: [], asked: [] } as unknown as Watched;
    const client = quickClient(app.url, {
      fetch: (target, init) => {
        watched.asked.push(performance.now());
        return watched.fail?.() ?? fetch(target, init);
      },
    });
    clients.push(client);
    let position = 0;
    await client.subscribe({ type: 'general' }, (event) => void (position = event.position)).ready;
    watched.search = client.liveSearch(filters, (_page, { reason }) => void watched.changes.push(reason), {
      onStatus: (status) => void watched.statuses.push(status),
      onError: (error) => void watched.errors.push(error),
      ...options,
    });
    watched.heard = async () => {
      await createProduct(app, { category: 'beacons', basePrice: 9_999_999 });
      const { body } = await app.request<{ lastPosition: number }>('GET', '/api/events/stats');
      await waitFor(() => position >= body.lastPosition, { what: 'the events' });
    };
    await waitFor(() => watched.search.status === 'live', { what: 'the search to be live' });
    return watched;
  }
  const patch = async ({ id }: Product, body: object): Promise<void> => {
    expect((await app.request('PATCH', `/api/products/${id}`, body)).status).toBe(200);
  };
  const prices = ({ search }: Watched): number[] => search.page!.items.map(({ basePrice }) => basePrice);

  describe('for the cheapest of a word,', () => {
    let potatoes: Product[];
    let onion: Product;

    beforeAll(async () => {
      const vendor: Vendor = await createVendor(app, { state: 'Delhi' });
      const named = (name: string, basePrice: number) => createProduct(app, { vendorId: vendor.id, name, basePrice });
      potatoes = [];
      for (const price of [100, 110, 120, 130, 140]) potatoes.push(await named('Potato', price));
      onion = await named('Onion', 500);
    });

    it('nothing while changes are elsewhere, and shows what changes on the page itself', async () => {
      const watched = await watch({ q: 'aloo', lang: 'hi' }, { sort: 'price_asc', limit: 3, interval: 1 });
      // Behind the page, whether they fit or not; one event of another product ends up within its bounds.
      await patch(potatoes[4]!, { basePrice: 150 });
      await patch(onion, { basePrice: 400 });
      await patch(onion, { availability: 'limited' });
      await watched.heard();
      expect([watched.asked.length, watched.changes]).toEqual([1, ['loaded']]);
      // The server says that it isn't found; from there on it may go where it likes within them.
      await patch(onion, { basePrice: 50 });
      await waitFor(() => watched.asked.length === 2, { what: 'the only request' });
      for (let price = 51; price < 80; price += 1) await patch(onion, { basePrice: price });
      await watched.heard();
      expect([watched.asked.length, watched.changes]).toEqual([2, ['loaded']]);
      // Places within the page.
      await patch(potatoes[0]!, { basePrice: 115 });
      await waitFor(() => prices(watched)[1] === 115, { what: 'the new order' });
      expect([watched.asked.length, prices(watched), watched.changes]).toEqual([
        2,
        [110, 115, 120],
        ['loaded', 'patched'],
      ]);
      await patch(potatoes[3]!, { basePrice: 1 });
      await waitFor(() => prices(watched)[0] === 1, { what: 'what has come' });
      expect([watched.asked.length, prices(watched)]).toEqual([3, [1, 110, 115]]);
    });

    it('when a product on the page is called otherwise, also if more of it changes at once', async () => {
      const watched = await watch({ q: 'aloo' }, { limit: 10, interval: 1 });
      await patch(potatoes[2]!, { basePrice: 125, availability: 'limited', name: 'Turnip' });
      const isShown = () => watched.search.page!.items.some(({ id }) => id === potatoes[2]!.id);
      await waitFor(() => !isShown(), { what: 'it to go' });
      await patch(potatoes[2]!, { basePrice: 120, availability: 'available', name: 'Potato' });
      await waitFor(isShown, { what: 'it to come back' });
    });

    it('once about all products with the texts of one that it doesn’t find', async () => {
      const watched = await watch({ q: 'aloo' }, { sort: 'price_asc', limit: 3, interval: 1 });
      const others: Product[] = [];
      for (let count = 0; count < 3; count += 1) {
        others.push(await createProduct(app, { name: 'Onion', category: onion.category, basePrice: 600 }));
      }
      // It was within the bounds and stays there: the server has left it out.
      await patch(onion, { basePrice: 50 });
      await patch(onion, { basePrice: 51 });
      await watched.heard();
      await patch(others[0]!, { basePrice: 20 });
      await watched.heard();
      const before = watched.asked.length;
      expect(before).toBeLessThanOrEqual(2);
      for (const other of others) await patch(other, { basePrice: 30 });
      await createProduct(app, { name: 'Onion', category: onion.category, basePrice: 1 });
      await watched.heard();
      expect(watched.asked.length).toBe(before);
      // What is found now was not known to be not found.
      await patch(others[1]!, { name: 'Potato' });
      await waitFor(() => watched.search.page!.items.some(({ id }) => id === others[1]!.id), { what: 'its new name' });
      expect(watched.changes.filter((reason) => reason === 'refetched')).toHaveLength(1);
    }, 60_000);
  });

  it('at most once in a while, never twice at once, and for the last change too', async () => {
    const vendor = await createVendor(app);
    const watched = await watch({ vendorId: vendor.id }, { limit: 2, interval: 300 });
    const until = performance.now() + 1_500;
    let last = '';
    while (performance.now() < until) last = (await createProduct(app, { vendorId: vendor.id })).id;
    await waitFor(() => watched.search.page!.items[0]?.id === last, { what: 'the last product' });
    const gaps = watched.asked.slice(1).map((at, index) => at - watched.asked[index]!);
    expect(Math.min(...gaps)).toBeGreaterThan(290);
    expect(watched.asked.length).toBeGreaterThan(2);
  });

  it('again whatever went wrong, but for a query that was refused, and says that it is stale', async () => {
    const vendor = await createVendor(app);
    const watched = await watch({ vendorId: vendor.id }, { interval: 1 });
    for (const status of [401, 403, 404, 500]) {
      let failures = 0;
      watched.fail = () => {
        failures += 1;
        return Promise.resolve(
          new Response('{"code":"odd"', { status, headers: { 'content-type': 'application/json' } }),
        );
      };
      const { id } = await createProduct(app, { vendorId: vendor.id });
      await waitFor(() => failures > 0 && watched.search.status === 'stale', { what: `${status} to fail` });
      watched.fail = undefined;
      await waitFor(() => watched.search.page!.items[0]?.id === id, { what: 'the page' });
      expect(watched.search.status).toBe('live');
    }
    watched.fail = () => Promise.resolve(new Response('not a page'));
    await createProduct(app, { vendorId: vendor.id });
    await waitFor(() => watched.search.status === 'stale', { what: 'an answer of something else' });
    watched.fail = undefined;
    await waitFor(() => watched.search.status === 'live', { what: 'the server' });

    breakConnections(app);
    await waitFor(() => watched.statuses.at(-1) === 'live' && watched.statuses.at(-2) === 'stale', {
      what: 'its return',
    });

    watched.fail = () => Promise.resolve(new Response('{"code":"validation_failed"}', { status: 400 }));
    await createProduct(app, { vendorId: vendor.id });
    await waitFor(() => watched.search.status === 'refused', { what: 'the refusal' });
    const asked = watched.asked.length;
    await createProduct(app, { vendorId: vendor.id });
    await watched.heard();
    expect([watched.asked.length, watched.search.status, watched.statuses.at(-1)]).toEqual([
      asked,
      'refused',
      'refused',
    ]);
  }, 60_000);

  it('again while the client has no room left to follow it in, until there is one', async () => {
    const vendor = await createVendor(app);
    const client = quickClient(app.url);
    clients.push(client);
    // As many as a client may have.
    const rooms = Array.from({ length: 100 }, (_, room) =>
      client.subscribe({ type: 'category', category: `room-${room}` }, () => undefined),
    );
    await Promise.all(rooms.map(({ ready }) => ready));
    const errors: Error[] = [];
    const search = client.liveSearch({ vendorId: vendor.id }, () => undefined, {
      interval: 1,
      onError: (error) => void errors.push(error),
    });
    await waitFor(() => errors.length > 1, { what: 'two refusals' });
    expect([errors[0], search.page?.items, search.status]).toMatchObject([
      { code: 'too_many_subscriptions' },
      [],
      'stale',
    ]);
    rooms[0]!.unsubscribe();
    await waitFor(() => search.status === 'live', { what: 'the room' });
    const { id } = await createProduct(app, { vendorId: vendor.id });
    await waitFor(() => search.page!.items[0]?.id === id, { what: 'the change' });
  });
});
