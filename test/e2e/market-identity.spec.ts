import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, Product, Vendor } from '../../src/contracts/index.js';
import { spelledVendorId, vendorIdOf } from '../../src/inventory/imports/market-identity/market-id.js';
import type { MarketNames } from '../../src/inventory/imports/market-identity/market-key.js';
import { HEADER, importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { expectFieldError, expectProblem } from '../support/problems.js';

describe('markets in price files', () => {
  let app: TestApp;
  /** Of this test alone, so that none finds the vendors of another. */
  let state: string;
  let states = 0;

  beforeAll(async () => {
    app = await startApp();
  });
  beforeEach(() => {
    state = `State ${String.fromCharCode(97 + states++)}`;
  });
  afterAll(() => app.close());

  interface Row extends Partial<MarketNames> {
    price?: number;
    day?: number;
  }
  const fileOf = (rows: readonly Row[]): string => {
    const lines = rows.map(({ price = 2400, day = 1, district = 'Amreli', market = 'Amreli', ...row }) =>
      [row.state ?? state, district, `"${market}"`, 'Wheat,Lokwan,FAQ', `0${day}/08/2026`, 1, 9999, price].join(),
    );
    return [HEADER, ...lines].join('\n');
  };
  const importRows = async (...rows: Row[]) => {
    const { status, body } = await importCsv(app, fileOf(rows));
    expect({ status, body }).toMatchObject({ status: 200, body: { rejected: 0 } });
    return body;
  };
  const vendors = async (): Promise<Vendor[]> => {
    const path = `/api/vendors/search?limit=100&state=${encodeURIComponent(state)}`;
    return (await app.request<Page<Vendor>>('GET', path)).body.items;
  };
  const only = async (): Promise<Vendor> => {
    const found = await vendors();
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  const prices = async (vendorId: string): Promise<number[]> => {
    const { body } = await app.request<Page<Product>>('GET', `/api/products/search?vendorId=${vendorId}`);
    return body.items.map(({ basePrice }) => basePrice);
  };
  const aliasOf = (id: string, method: string, body?: object, headers?: Record<string, string>) =>
    app.request(method, `/api/vendors/${id}/aliases`, body, headers);

  it('are the vendors of earlier files, whatever way they are spelled', async () => {
    const old = ['Amreli', 'Bagasara', 'Savarkundla', 'Babra', 'Khedbrahma', 'Khambhat(Grain Market)', 'Deesa(Bhildi)'];
    const today = [
      'The Agricultural Produce Market Committee-Amreli',
      'APMC Bagasara',
      'Savarkundla APMC',
      'BABRA apmc',
      'APMCKHEDBRAHMA',
      'Khambhat(Grain Market) APMC',
      'Deesa (Bhildi) APMC',
    ];
    await importRows(...old.map((market) => ({ market, price: 100 })));
    const before = await vendors();
    const summary = await importRows(...today.map((market) => ({ market, price: 200, day: 2 })));
    expect(summary).toMatchObject({ vendorsCreated: 0, created: 0, priceChanged: old.length, aliasCandidates: [] });
    expect(await vendors()).toEqual(before);
    expect(before.map(({ market }) => market).sort()).toEqual([...old].sort());
  });

  it('are others if anything else differs', async () => {
    const markets = ['Mumbai', 'Mumbai-Onion & Potato Market', 'Deesa', 'Deesa(Bhildi)', 'Mandi(Mandi)', 'Mandi'];
    expect(await importRows(...markets.map((market) => ({ market })))).toMatchObject({ vendorsCreated: 6 });
  });

  it('are in one state under all its names', async () => {
    state = 'NCT of Delhi';
    await importRows({ district: 'Delhi', market: 'Azadpur' });
    const [azadpur, ...others] = await vendors();
    expect(others).toEqual([]);
    expect(azadpur!.id).toBe(spelledVendorId({ state, district: 'Delhi', market: 'Azadpur' }));
    for (const other of ['Delhi', 'DELHI', 'National Capital Territory of Delhi']) {
      const summary = await importRows({ state: other, district: 'DELHI', market: 'APMC Azadpur' });
      expect(summary).toMatchObject({ vendorsCreated: 0, created: 0, unchanged: 1 });
    }
  });

  it('have one vendor for two spellings in one file, named as the first one', async () => {
    const summary = await importRows({ market: 'APMC UNJHA', price: 1 }, { market: 'Unjha', price: 2, day: 2 });
    expect(summary).toMatchObject({ vendorsCreated: 1, created: 1, priceChanged: 1 });
    expect(await only()).toMatchObject({
      id: vendorIdOf({ state, district: 'Amreli', market: 'Unjha' }),
      ...{ name: 'APMC UNJHA', market: 'APMC UNJHA' },
    });
    expect(await prices((await only()).id)).toEqual([2]);
  });

  it('have one vendor with the same products, in whatever order files come', async () => {
    const files = ['APMC UNJHA', 'unjha apmc', 'The Agricultural Produce Market Committee-Unjha'].map(
      (market, index) => ({
        market,
        price: 100 * (index + 1),
        day: index + 1,
      }),
    );
    const orders = files.flatMap((first) => files.filter((file) => file !== first).map((second) => [first, second]));
    const found = [];
    for (const [index, order] of orders.entries()) {
      state = `Order ${String.fromCharCode(97 + index)}`;
      for (const file of [...order, ...files.filter((other) => !order.includes(other))]) await importRows(file);
      const { id } = await only();
      expect(id).toBe(vendorIdOf({ state, district: 'Amreli', market: 'Unjha' }));
      found.push((await prices(id)).length);
    }
    expect(found).toEqual(orders.map(() => 1));
  });

  it('have one vendor when two files with two spellings come at once', async () => {
    const spellings = ['APMC UNJHA', 'Unjha'];
    const summaries = await Promise.all(spellings.map((market) => importRows({ market })));
    expect(summaries.reduce((sum, { vendorsCreated }) => sum + vendorsCreated, 0)).toBe(1);
    expect((await only()).id).toBe(vendorIdOf({ state, district: 'Amreli', market: 'Unjha' }));
  });

  describe('that former versions have made vendors of', () => {
    /** The portal's spelling isn't the standard one, so neither is the id. */
    const old = () => ({ state, district: 'Ropar (Rupnagar)', market: 'morinda' });
    const made = (names: MarketNames) =>
      createVendor(app, { ...names, id: spelledVendorId(names), name: names.market, languages: [] });

    it('keep their ids under all spellings', async () => {
      const { id } = await made(old());
      expect(id).not.toBe(vendorIdOf(old()));
      const summary = await importRows({ ...old(), market: 'Morinda APMC', price: 5 }, { ...old(), market: 'X' });
      expect(summary).toMatchObject({ vendorsCreated: 1 });
      expect(await prices(id)).toEqual([5]);
    });

    it('are the eldest one, if there are two', async () => {
      const { id } = await made({ ...old(), market: 'morinda' });
      const younger = await made({ ...old(), market: 'Morinda apmc' });
      const summary = await importRows({ ...old(), market: 'MORINDA', price: 5 }, { ...old(), market: 'Morinda apmc' });
      expect(summary).toMatchObject({ vendorsCreated: 0, created: 1, priceChanged: 1 });
      expect([await prices(id), await prices(younger.id)]).toEqual([[2400], []]);
    });

    it('are known by the spelling that they came with, renamed since', async () => {
      const { id } = await made(old());
      await app.request('PATCH', `/api/vendors/${id}`, { name: 'New', market: 'New', district: 'Elsewhere' });
      expect(await importRows(old())).toMatchObject({ vendorsCreated: 0 });
      expect(await importRows({ ...old(), market: 'APMC MORINDA', price: 7, day: 2 })).toMatchObject({
        vendorsCreated: 0,
        priceChanged: 1,
      });
      expect(await prices(id)).toEqual([7]);
    });
  });

  it('keep their vendors when those are renamed', async () => {
    await importRows({ market: 'Unjha' });
    const { id } = await only();
    await app.request('PATCH', `/api/vendors/${id}`, { name: 'Yard', market: 'Visnagar' });
    expect(await importRows({ market: 'UNJHA APMC', price: 3, day: 2 })).toMatchObject({ vendorsCreated: 0 });
    expect(await prices(id)).toEqual([3]);
    expect(await importRows({ market: 'Visnagar' })).toMatchObject({ vendorsCreated: 1 });
  });

  it('are not the traders who deal there', async () => {
    const trader = await createVendor(app, { name: 'Unjha', market: 'Unjha', district: 'Amreli', state });
    expect(await importRows({ market: 'Unjha' })).toMatchObject({ vendorsCreated: 1 });
    expect(await prices(trader.id)).toEqual([]);
  });

  describe('of another district', () => {
    const before = { district: 'Surendranagar', market: 'Halvad' };
    const since = { district: 'Morbi', market: 'APMC HALVAD' };

    it('are new, and candidates for an alias', async () => {
      await importRows(before);
      const { id } = await only();
      const candidate = { state, ...since, candidates: [{ vendorId: id, ...before }] };
      expect(await importRows(since, { ...since, market: 'Halvad' }, { ...since, market: 'X' })).toMatchObject({
        vendorsCreated: 2,
        aliasCandidates: [candidate],
      });
      expect(await importRows(since)).toMatchObject({ vendorsCreated: 0, aliasCandidates: [] });
    });

    it('are none of each other in one file', async () => {
      expect(await importRows(before, since)).toMatchObject({ vendorsCreated: 2, aliasCandidates: [] });
    });

    it('are candidates in imports with a key, too, and in their repetitions', async () => {
      await importRows(before);
      const send = () =>
        app.request('POST', '/api/imports/agmarknet', fileOf([since]), {
          'content-type': 'text/csv',
          'idempotency-key': `candidates of ${state}`.replaceAll(' ', '-'),
        });
      const [once, again] = [await send(), await send()];
      expect(once.body).toMatchObject({ vendorsCreated: 1, aliasCandidates: [{ ...since }] });
      expect(again.body).toEqual(once.body);
    });

    it('are listed up to a hundred, each with ten at most', async () => {
      const markets = Array.from({ length: 101 }, (_none, index) => `Market ${index}`);
      const districts = Array.from({ length: 11 }, (_none, index) => `D${index}`);
      await importRows(...markets.flatMap((market) => districts.map((district) => ({ market, district }))));
      const { aliasCandidates } = await importRows(...markets.map((market) => ({ market, district: 'E' })));
      expect(aliasCandidates.map(({ market }) => market)).toEqual(markets.slice(0, 100));
      expect(new Set(aliasCandidates.map(({ candidates }) => candidates.length))).toEqual(new Set([10]));
    });

    it('are one from the alias on, and two again without it', async () => {
      await importRows(before);
      const { id } = await only();
      await importRows({ ...since, price: 100 });
      const other = (await vendors()).find((vendor) => vendor.id !== id)!;

      const names = { state: state.toUpperCase(), district: ' morbi', market: 'Halvad (APMC)' };
      const added = await aliasOf(id, 'POST', names);
      const alias = { state: names.state, district: 'morbi', market: 'Halvad (APMC)', createdAt: expect.any(String) };
      expect(added).toMatchObject({ status: 201, body: alias });
      expect((await aliasOf(id, 'GET')).body).toEqual({ aliases: [alias] });

      const summary = await importRows({ ...since, price: 200, day: 2 });
      expect(summary).toMatchObject({ vendorsCreated: 0, created: 0, priceChanged: 1, aliasCandidates: [] });
      // What was imported before the alias stays where it is.
      expect([await prices(id), await prices(other.id)]).toEqual([[200], [100]]);

      expect((await aliasOf(id, 'DELETE', { state, ...since })).status).toBe(204);
      expect((await aliasOf(id, 'GET')).body).toEqual({ aliases: [] });
      await importRows({ ...since, price: 300, day: 3 });
      expect([await prices(id), await prices(other.id)]).toEqual([[200], [300]]);
    });
  });

  describe('and aliases', () => {
    const unjha = () => ({ state, district: 'Mehsana', market: 'Unjha' });

    it('make a trader stand for a market', async () => {
      const trader = await createVendor(app, { state });
      expect((await aliasOf(trader.id, 'POST', unjha())).status).toBe(201);
      expect(await importRows({ ...unjha(), market: 'APMC UNJHA' })).toMatchObject({ vendorsCreated: 0, created: 1 });
      expect(await prices(trader.id)).toEqual([2400]);
      const files = { state, market: 'Unjha' };
      expect((await aliasOf(trader.id, 'POST', files)).body).toMatchObject({ ...files, district: null });
      expect((await aliasOf(trader.id, 'GET')).body).toMatchObject({
        aliases: [unjha(), { ...files, district: null }],
      });
    });

    it('mean one vendor each', async () => {
      const [one, other] = [await createVendor(app), await createVendor(app)];
      const first = await aliasOf(one.id, 'POST', unjha());
      const again = await aliasOf(one.id, 'POST', { ...unjha(), market: 'UNJHA APMC' });
      expect(again).toMatchObject({ status: 200, body: first.body });
      const { detail } = expectProblem(await aliasOf(other.id, 'POST', unjha()), 409, 'alias_taken');
      expect(detail).toContain(one.id);
      // It isn't theirs to take away.
      expect((await aliasOf(other.id, 'DELETE', unjha())).status).toBe(204);
      expect((await aliasOf(one.id, 'GET')).body).toEqual({ aliases: [first.body] });
    });

    it('belong to one of several who claim them at once', async () => {
      const claimants = await Promise.all([1, 2, 3, 4].map(() => createVendor(app)));
      const answers = await Promise.all(claimants.map(({ id }) => aliasOf(id, 'POST', unjha())));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    });

    it('are made once under one key', async () => {
      const { id } = await createVendor(app);
      const key = { 'idempotency-key': `alias-${id}` };
      const [once, again] = [await aliasOf(id, 'POST', unjha(), key), await aliasOf(id, 'POST', unjha(), key)];
      expect([again.status, again.body]).toEqual([once.status, once.body]);
      expect([once.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    });

    it('are for admins, of vendors that are there, and of whole names', async () => {
      const { id } = await createVendor(app);
      const vendor = { authorization: await app.token({ role: 'vendor', vendorId: id }) };
      for (const [method, body] of [['GET'], ['POST', unjha()], ['DELETE', unjha()]] as const) {
        expectProblem(await aliasOf(id, method, body, vendor), 403, 'forbidden');
        expectProblem(await aliasOf(id, method, body, { authorization: '' }), 401, 'unauthorized');
        expectProblem(await aliasOf('vnd_none', method, body), 404, 'vendor_not_found');
      }
      expectFieldError(await aliasOf(id, 'POST', { ...unjha(), market: ' ' }), 'market');
      expectFieldError(await aliasOf(id, 'POST', { district: 'Mehsana', market: 'Unjha' }), 'state');
      expectFieldError(await aliasOf(id, 'DELETE', { ...unjha(), name: 'Unjha' }), 'name');
    });
  });
});
