import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProducts, FoundVendor, Page } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';

describe('a search that is loosened', () => {
  let app: TestApp;
  let lasalgaon: string;

  beforeAll(async () => {
    app = await startApp();
    const place = { state: 'Maharashtra', district: 'Nashik', market: 'Lasalgaon' };
    lasalgaon = (await createVendor(app, place)).id;
    const { id: kochi } = await createVendor(app, { state: 'Kerala', district: 'Ernakulam', market: 'Kochi' });
    for (const vendorId of [lasalgaon, kochi]) await createProduct(app, { vendorId, name: 'Onion', sku: 'onion' });
  });
  afterAll(() => app?.close());

  const search = async (query: Record<string, string>) => {
    const path = `/api/products/search?${new URLSearchParams(query).toString()}`;
    const { body, headers } = await app.request<FoundProducts>('GET', path);
    const skus = body.items.map(({ sku, vendor }) => `${sku} ${vendor.market}`).sort();
    return { skus, cache: headers.get('x-cache'), interpretation: body.interpretation };
  };
  const ONIONS = ['onion Kochi', 'onion Lasalgaon'];

  it('is cached, and follows what changes its page', async () => {
    const query = { q: 'oinon' };
    expect(await search(query)).toMatchObject({ skus: ONIONS, cache: 'MISS' });
    expect(await search(query)).toMatchObject({ skus: ONIONS, cache: 'HIT' });
    const { id } = await createProduct(app, { vendorId: lasalgaon, name: 'Red Onion', sku: 'red' });
    expect((await search(query)).skus).toEqual([...ONIONS, 'red Lasalgaon']);
    await app.request('PATCH', `/api/products/${id}`, { name: 'Red Garlic' });
    expect((await search(query)).skus).toEqual(ONIONS);
    expect((await app.request('DELETE', `/api/products/${id}`)).status).toBe(204);
  });

  it('shows each good of an ambiguous name first, the commoner one before, and none of them twice', async () => {
    const { id: vendorId } = await createVendor(app, { market: 'Guntur' });
    const create = (name: string, sku: string) => createProduct(app, { vendorId, sku, name, names: { en: name } });
    await create('Green Chilli', 'green-old');
    await create('Green Chilli', 'green');
    for (let index = 0; index < 6; index += 1) await create('Dry Chilli', `dry-${index}`);
    for (const q of ['chilli', 'mirch', 'chilli price']) {
      const skus: string[] = [];
      let cursor: string | null = null;
      do {
        const query: URLSearchParams = new URLSearchParams({
          q,
          vendorId,
          limit: '4',
          ...(cursor !== null && { cursor }),
        });
        const path = `/api/products/search?${query.toString()}`;
        const { body }: { body: FoundProducts } = await app.request<FoundProducts>('GET', path);
        skus.push(...body.items.map(({ sku }) => sku));
        cursor = body.nextCursor;
      } while (cursor !== null);
      expect(skus.slice(0, 4)).toEqual(['green', 'dry-5', 'dry-4', 'dry-3']);
      expect([...skus].sort()).toEqual(['dry-0', 'dry-1', 'dry-2', 'dry-3', 'dry-4', 'dry-5', 'green', 'green-old']);
    }
  });

  describe('that finds only what sounds so', () => {
    const create = async (vendorId: string, name: string, count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        await createProduct(app, { vendorId, sku: `${name} ${index}`, name, commodity: name.replace(' ', '-') });
      }
    };
    const page = async (query: Record<string, string>): Promise<FoundProducts> => {
      const path = `/api/products/search?${new URLSearchParams(query).toString()}`;
      return (await app.request<FoundProducts>('GET', path)).body;
    };
    const counted = ({ items }: FoundProducts): string[] => [
      ...new Set(items.map(({ name }) => `${items.filter((one) => one.name === name).length} ${name}`)),
    ];

    it('shows what may be meant behind it, and page after page all of both, each once', async () => {
      const { id: vendorId } = await createVendor(app, { market: 'Kolkata' });
      await create(vendorId, 'pointed gourd', 12);
      await create(vendorId, 'potato', 9);
      const query = { q: 'poatto', vendorId, limit: '10', facets: 'category' };
      const pages = [await page(query)];
      for (let cursor = pages[0]!.nextCursor; cursor !== null; cursor = pages.at(-1)!.nextCursor) {
        pages.push(await page({ ...query, cursor }));
      }
      expect(pages.map(counted)).toEqual([
        ['7 pointed gourd', '3 potato'],
        ['5 pointed gourd', '5 potato'],
        ['1 potato'],
      ]);
      expect(new Set(pages.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(21);
      const interpretation = {
        kind: 'loosened',
        q: 'potato',
        dropped: [],
        corrected: [{ from: 'poatto', to: 'potato' }],
        place: null,
      };
      const facets = { category: [{ value: 'vegetables', count: 21 }] };
      for (const one of pages) expect(one).toMatchObject({ interpretation, facets });
    });

    it('keeps what it finds at the same places, and is left at that if it is asked to be', async () => {
      const { id: vendorId } = await createVendor(app, { market: 'Patna' });
      await create(vendorId, 'pointed gourd', 12);
      await create(vendorId, 'potato', 2);
      const ids = async (query: Record<string, string>): Promise<string[]> =>
        (await page({ q: 'poatto', vendorId, limit: '10', ...query })).items.map(({ id }) => id);
      const exact = await ids({ exact: 'true' });
      expect(exact).toHaveLength(10);
      expect((await ids({})).slice(0, 8)).toEqual(exact.slice(0, 8));
      expect((await page({ q: 'pointed gourd', vendorId })).interpretation).toMatchObject({ kind: 'exact' });
    });

    it('is left at what has the words as typed in its variety, grade or description', async () => {
      const { id: vendorId } = await createVendor(app, { market: 'Karnal' });
      await create(vendorId, 'potato', 1);
      await create(vendorId, 'bottle gourd', 2);
      await create(vendorId, 'beans', 2);
      const { id } = await createProduct(app, { vendorId, sku: 'paddy', name: 'Paddy', variety: 'Sona' });
      await createProduct(app, { vendorId, sku: 'wheat', name: 'Wheat', variety: 'Bansi', grade: 'Sarvati' });
      const described = { name: 'Castor Seed', description: 'Poatto brand, kept dry' };
      await createProduct(app, { vendorId, sku: 'castor', ...described });
      const shown = async (q: string) => {
        const { items, interpretation } = await page({ q, vendorId });
        return [...items.map(({ name }) => name), interpretation.kind];
      };
      expect(await shown('sona')).toEqual(['Paddy', 'exact']);
      expect(await shown('bansi')).toEqual(['Wheat', 'exact']);
      expect(await shown('bans')).toEqual(['Wheat', 'exact']);
      expect(await shown('sarvati')).toEqual(['Wheat', 'exact']);
      expect(await shown('poatto')).toEqual(['Castor Seed', 'exact']);
      await app.request('PATCH', `/api/products/${id}`, { variety: 'Basmati' });
      expect(await shown('sona')).not.toContain('Paddy');
    });

    it('follows changes of both, and is exact as soon as something is called as it was typed', async () => {
      const { id: vendorId } = await createVendor(app, { market: 'Gaya' });
      await create(vendorId, 'pointed gourd', 1);
      const query = { q: 'poatto', vendorId };
      const shown = async () => {
        const found = await page(query);
        return [...counted(found), found.interpretation.kind];
      };
      expect(await shown()).toEqual(['1 pointed gourd', 'exact']);
      await create(vendorId, 'potato', 1);
      expect(await shown()).toEqual(['1 pointed gourd', '1 potato', 'loosened']);
      const { id } = await createProduct(app, { vendorId, sku: 'typed', name: 'Poatto' });
      expect(await shown()).toEqual(['1 Poatto', '1 pointed gourd', 'exact']);
      await app.request('DELETE', `/api/products/${id}`);
      expect(await shown()).toEqual(['1 pointed gourd', '1 potato', 'loosened']);
    });
  });

  it('counts what it finds, and counts anew after each change', async () => {
    const path = '/api/products/search?q=oinon&limit=1&facets=state,availability';
    const facets = async () => (await app.request<FoundProducts>('GET', path)).body.facets;
    const onions = { value: 'Kerala', count: 1 };
    expect(await facets()).toMatchObject({ state: [onions, { value: 'Maharashtra', count: 1 }] });
    const { id: vendorId } = await createVendor(app, { state: 'Goa' });
    const { id } = await createProduct(app, { vendorId, name: 'Onion', sku: 'counted' });
    expect(await facets()).toMatchObject({ state: [{ value: 'Goa', count: 1 }, onions, { count: 1 }] });
    await app.request('PUT', `/api/products/${id}/availability`, { availability: 'limited' });
    expect(await facets()).toMatchObject({ availability: [{ count: 2 }, { value: 'limited', count: 1 }] });
    await app.request('PATCH', `/api/vendors/${vendorId}`, { state: 'Kerala' });
    expect(await facets()).toMatchObject({ state: [{ value: 'Kerala', count: 2 }, { count: 1 }] });
    await app.request('DELETE', `/api/products/${id}`);
    expect(await facets()).toMatchObject({ state: [onions, { count: 1 }] });
    await app.request('PATCH', `/api/vendors/${vendorId}`, { state: 'Goa' });
  });

  it('gives way to what is called as it was typed, as soon as there is such a thing', async () => {
    const query = { q: 'oniom kolhapur' };
    expect(await search(query)).toMatchObject({ interpretation: { kind: 'loosened', q: 'onion' } });
    const product = { vendorId: lasalgaon, name: 'Oniom Kolhapur', sku: 'typed' };
    const { id } = await createProduct(app, product);
    expect(await search(query)).toMatchObject({ skus: ['typed Lasalgaon'], interpretation: { kind: 'exact' } });
    await app.request('DELETE', `/api/products/${id}`);
    expect(await search(query)).toMatchObject({ skus: ONIONS, interpretation: { kind: 'loosened' } });
  });

  it('knows words of products that are no names of goods as soon as they are acknowledged', async () => {
    expect((await search({ q: 'Zorblxa' })).skus).toEqual([]);
    const { id } = await createProduct(app, { vendorId: lasalgaon, name: 'Zorblax', sku: 'zorblax' });
    expect(await search({ q: 'Zorblxa' })).toMatchObject({
      skus: ['zorblax Lasalgaon'],
      interpretation: { corrected: [{ from: 'zorblxa', to: 'zorblax' }] },
    });
    await app.request('DELETE', `/api/products/${id}`);
    expect((await search({ q: 'Zorblxa' })).skus).toEqual([]);
  });

  it.each([
    ['onion lasalgaon', { market: 'Lasalgaon' }, ['onion Lasalgaon']],
    ['लासलगांव प्याज', { market: 'Lasalgaon' }, ['onion Lasalgaon']],
    ['onion in kerala', { state: 'Kerala' }, ['onion Kochi']],
    ['केरल onion price', { state: 'Kerala' }, ['onion Kochi']],
    ['lasalgaon', { market: 'Lasalgaon' }, ['onion Lasalgaon']],
  ])('looks at the place that %s names', async (q, place, skus) => {
    expect(await search({ q })).toMatchObject({ skus, interpretation: { place } });
  });

  it('follows a vendor that comes to such a place', async () => {
    const query = { q: 'onion pimpalgaon' };
    expect(await search(query)).toMatchObject({ skus: ONIONS, interpretation: { dropped: ['pimpalgaon'] } });
    const { id: vendorId } = await createVendor(app, { state: 'Goa', market: 'Nowhere' });
    await createProduct(app, { vendorId, name: 'Onion', sku: 'moved' });
    await app.request('PATCH', `/api/vendors/${vendorId}`, { market: 'Pimpalgaon' });
    expect((await search(query)).skus).toEqual(['moved Pimpalgaon']);
    expect((await search({ q: 'onion', market: 'PIMPALGAON' })).skus).toEqual(['moved Pimpalgaon']);
    await app.request('PATCH', `/api/vendors/${vendorId}`, { market: 'Nowhere' });
    expect((await search({ q: 'onion', market: 'PIMPALGAON' })).skus).toEqual([]);
  });

  it.each([{ state: 'kerala' }, { state: 'KERALA' }, { state: 'केरल' }, { district: 'ernakulam' }, { market: 'kochi' }])(
    'filters by %j whatever the case and the script',
    async (where) => {
      expect((await search(where)).skus).toEqual(['onion Kochi']);
      const vendors = await app.request<{ items: unknown[] }>(
        'GET',
        `/api/vendors/search?${new URLSearchParams(where as Record<string, string>).toString()}`,
      );
      expect(vendors.body.items).toHaveLength(1);
    },
  );

  describe('for vendors', () => {
    const markets = async (query: Record<string, string>) => {
      const path = `/api/vendors/search?${new URLSearchParams(query).toString()}`;
      const { body, headers } = await app.request<Page<FoundVendor>>('GET', path);
      return { markets: body.items.map(({ market }) => market), next: body.nextCursor, cache: headers.get('x-cache') };
    };

    it.each(['lasalgoan', 'LASALGAON', 'लासलगांव', 'lasalgoan mandi', 'लासलगाव बाजार'])(
      'looks at the place that %s may mean',
      async (q) => {
        expect((await markets({ q })).markets).toEqual(['Lasalgaon']);
      },
    );

    it('finds nothing where no place is meant', async () => {
      for (const q of ['zzyzx', 'house', 'lasalgoan zzyzx']) expect((await markets({ q })).markets).toEqual([]);
    });

    it('finds nothing where two places of a kind are meant, as it can’t be told which', async () => {
      await createVendor(app, { market: 'Pimpalgaon' });
      expect((await markets({ q: 'pimpalgoan' })).markets).toEqual(['Pimpalgaon']);
      expect((await markets({ q: 'lasalgoan pimpalgoan' })).markets).toEqual([]);
    });

    it('is cached, goes on page after page, and follows what changes its page', async () => {
      const query = { q: 'Hoshangabda', limit: '1' };
      expect(await markets(query)).toMatchObject({ markets: [], cache: 'MISS' });
      await createVendor(app, { name: 'One', market: 'Hoshangabad' });
      const { id } = await createVendor(app, { name: 'Two', market: 'Hoshangabad' });
      const first = await markets(query);
      expect(first).toMatchObject({ markets: ['Hoshangabad'], cache: 'MISS' });
      expect(await markets(query)).toMatchObject({ cache: 'HIT' });
      const next = { ...query, cursor: first.next! };
      expect(await markets(next)).toMatchObject({ markets: ['Hoshangabad'], next: null });
      await app.request('PATCH', `/api/vendors/${id}`, { market: 'Elsewhere' });
      expect(await markets(next)).toMatchObject({ markets: [] });
      expect(await markets(query)).toMatchObject({ markets: ['Hoshangabad'], next: null });
      await createVendor(app, { name: 'Hoshangabda', market: 'Nowhere' });
      expect(await markets(query)).toMatchObject({ markets: ['Nowhere'] });
    });
  });
});
