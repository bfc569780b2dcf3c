import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createInventoryClient, type InventoryClient, type ProductChange } from '../../src/client/index.js';
import { startApp, type TestApp } from '../support/app.js';

describe('requests of the client library', () => {
  let app: TestApp;
  let client: InventoryClient;
  const clients: InventoryClient[] = [];

  beforeAll(async () => {
    app = await startApp();
    client = await connect();
  });
  afterAll(async () => {
    for (const one of clients) one.close();
    await app.close();
  });

  async function connect(ownFetch: typeof fetch = fetch): Promise<InventoryClient> {
    const token = (await app.token({ role: 'admin' })).replace('Bearer ', '');
    const one = createInventoryClient({ url: app.url, token, fetch: ownFetch });
    one.on('error', (error) => {
      throw error;
    });
    clients.push(one);
    return one;
  }
  let count = 0;
  const vendor = () => client.vendors.create({ name: `Vendor ${(count += 1)}`, state: 'Goa' });
  const onion = async () =>
    client.products.create({ vendorId: (await vendor()).id, name: 'Onion', category: 'vegetables', basePrice: 20 });

  it('name products and vendors in a language', async () => {
    const names = { hi: 'प्याज' };
    const { id, vendorId } = await onion();
    await client.products.update(id, { names });
    await client.vendors.update(vendorId, { names });
    for (const get of [
      (lang?: string) => client.products.get(id, { lang }),
      (lang?: string) => client.vendors.get(vendorId, { lang }),
    ]) {
      const plain = await get();
      expect(plain).not.toHaveProperty('displayName');
      expect([await get('hi'), await get('ta')]).toEqual([
        { ...plain, displayName: names.hi },
        { ...plain, displayName: plain.name },
      ]);
    }
  });

  it('do all that the API does with products', async () => {
    const product = await onion();
    expect(await client.products.get(product.id)).toEqual(product);
    const cheaper = await client.products.update(product.id, { basePrice: 18 }, { ifVersion: 1 });
    expect(cheaper).toMatchObject({ basePrice: 18, version: 2 });
    await expect(client.products.update(product.id, { basePrice: 1 }, { ifVersion: 1 })).rejects.toMatchObject({
      code: 'version_mismatch',
      status: 412,
      retryable: false,
    });
    expect(await client.products.setAvailability(product.id, 'limited', { ifVersion: 2 })).toMatchObject({
      version: 3,
    });
    const bulk = [product.id, 'prd_none'].map((productId) => ({ productId, availability: 'available' as const }));
    expect(await client.products.setAvailabilities(bulk)).toEqual([
      { productId: product.id, status: 'updated', version: 4 },
      { productId: 'prd_none', status: 'not_found' },
    ]);
    const { events } = await client.products.history(product.id, { after: 0, limit: 10 });
    expect(events.map(({ eventType }) => eventType)).toEqual([
      'product_created',
      'price_changed',
      'availability_changed',
      'availability_changed',
    ]);
    // Each field has its own type.
    const pricesOf = (change: ProductChange): number[] =>
      change.field === 'basePrice' ? [change.oldValue, change.newValue] : [];
    expect(events.flatMap(({ changes }) => (changes as ProductChange[]).flatMap(pricesOf))).toEqual([20, 18]);
    await client.products.delete(product.id, { ifVersion: 4 });
    await expect(client.products.get(product.id)).rejects.toMatchObject({ code: 'product_not_found', status: 404 });
  });

  it('and with vendors', async () => {
    const { id } = await vendor();
    expect(await client.vendors.update(id, { market: 'Mapusa' }, { ifVersion: 1 })).toMatchObject({ version: 2 });
    expect(await client.vendors.get(id)).toMatchObject({ market: 'Mapusa' });
    const items = [{ sku: 'a', name: 'Okra', category: 'vegetables', basePrice: 9 }, { sku: 'b' }];
    expect(await client.vendors.setInventory(id, items)).toMatchObject([
      { sku: 'a', status: 'created', version: 1 },
      { sku: 'b', status: 'rejected', reason: expect.any(String) },
    ]);
    expect(await client.vendors.stats(id)).toMatchObject({ vendorId: id, totalProducts: 1 });
    const found = await client.vendors.search({ state: 'Goa', q: 'Mapusa' }, { limit: 5 });
    expect(found.items).toMatchObject([{ id, inventory: { total: 1, available: 1 } }]);
    const ids: string[] = [];
    for await (const page of client.vendors.pages({ state: 'Goa' }, { limit: 1 }))
      ids.push(...page.items.map((v) => v.id));
    expect([ids.length, new Set(ids).size]).toEqual([count, count]);
  });

  it('go from page to page', async () => {
    const { id } = await vendor();
    const items = [5, 3, 1, 4, 2].map((basePrice) => ({
      sku: `s${basePrice}`,
      name: 'Okra',
      category: 'okra',
      basePrice,
    }));
    await client.vendors.setInventory(id, items);
    const pages = [];
    for await (const page of client.products.pages({ vendorId: id }, { sort: 'price_asc', limit: 2 })) pages.push(page);
    expect(pages.map((page) => page.items.map(({ basePrice }) => basePrice))).toEqual([[1, 2], [3, 4], [5]]);
    const { nextCursor } = pages[0]!;
    expect(
      await client.products.search({ vendorId: id }, { sort: 'price_asc', limit: 2, cursor: nextCursor! }),
    ).toMatchObject({
      items: pages[1]!.items,
    });
  });

  it('are sent again when there is no answer, and have one effect', async () => {
    const product = await onion();
    const sent: { key: string | null; method: string }[] = [];
    let lost = 0;
    const lossy = await connect(async (target, init = {}) => {
      const response = await fetch(target, init);
      sent.push({ key: new Headers(init.headers).get('idempotency-key'), method: init.method! });
      if (sent.length % 2 === 0) return response;
      lost += 1;
      await response.body?.cancel();
      throw new TypeError('the answer was lost');
    });
    const { id, version } = await lossy.products.create({
      vendorId: product.vendorId,
      sku: 'twice',
      name: 'Garlic',
      category: 'spices',
      basePrice: 3,
    });
    expect(version).toBe(1);
    // A repetition that isn't recognised would be refused: the version is another one, the product is gone.
    expect(await lossy.products.update(id, { basePrice: 4 }, { ifVersion: 1 })).toMatchObject({ version: 2 });
    expect(await lossy.products.setAvailability(id, 'limited', { ifVersion: 2 })).toMatchObject({ version: 3 });
    expect(await lossy.vendors.setInventory(product.vendorId, [{ sku: 'twice', basePrice: 8 }])).toMatchObject([
      { status: 'updated', version: 4 },
    ]);
    await lossy.products.delete(id);
    expect(lost).toBe(5);
    const keys = sent.map(({ key }) => key!);
    for (let at = 0; at < keys.length; at += 2) expect(keys[at + 1]).toBe(keys[at]);
    expect(new Set(keys).size).toBe(5);
  }, 30_000);

  it('give vendors the names under which imports mean them', async () => {
    const [{ id }, other] = [await vendor(), await vendor()];
    const names = { state: 'Goa', district: 'North Goa', market: 'Mapusa APMC' };
    const alias = await client.vendors.addAlias(id, names);
    expect(alias).toMatchObject(names);
    expect(await client.vendors.aliases(id)).toEqual([alias]);
    await expect(client.vendors.addAlias(other.id, names)).rejects.toMatchObject({ code: 'alias_taken' });
    expect(await client.vendors.removeAlias(id, names)).toBeUndefined();
    expect(await client.vendors.aliases(id)).toEqual([]);
  });

  it('wait as long as the server wants before they are sent again', async () => {
    const at: number[] = [];
    const busy = await connect((target, init) => {
      at.push(performance.now());
      const headers = { 'retry-after': '1', 'content-type': 'application/problem+json' };
      if (at.length > 1) return fetch(target, init);
      return Promise.resolve(new Response('{"code":"too_many_requests","detail":"Later"}', { status: 429, headers }));
    });
    expect((await busy.products.search()).items.length).toBeGreaterThan(0);
    expect(at[1]! - at[0]!).toBeGreaterThan(990);
  });

  it('aren’t sent again when they were refused, and can be given up', async () => {
    let requests = 0;
    const counted = await connect((...request) => {
      requests += 1;
      return requests < 3 ? fetch(...request) : Promise.reject(new TypeError('fetch failed'));
    });
    await expect(counted.products.search({ minPrice: -1 })).rejects.toMatchObject({
      code: 'validation_failed',
      problem: { errors: [{ field: 'minPrice' }], correlationId: expect.any(String) },
    });
    await expect(counted.products.create({} as never)).rejects.toMatchObject({
      code: 'validation_failed',
      status: 400,
    });
    expect(requests).toBe(2);
    const given = new AbortController();
    const reading = counted.products.get('prd_1', { signal: given.signal });
    given.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    const writing = counted.products.delete('prd_1');
    counted.close();
    await expect(writing).rejects.toMatchObject({ code: 'closed' });
    await expect(counted.products.get('prd_1')).rejects.toMatchObject({ code: 'closed' });
  });
});
