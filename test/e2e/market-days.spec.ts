import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { InventoryEvent, MarketPricesPage, Page, Product, Vendor } from '../../src/contracts/index.js';
import { HEADER, importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectProblem } from '../support/problems.js';

interface Row {
  commodity?: string;
  day: string;
  min?: number;
  max?: number;
  modal: number;
}

describe('Price files of market days', () => {
  let app: TestApp;
  let markets = 0;
  /** Of this test alone. */
  let market: string;

  beforeAll(async () => {
    app = await startApp();
  });
  beforeEach(() => {
    market = `Day market ${(markets += 1)}`;
  });
  afterAll(() => app.close());

  const lineOf = ({ commodity = 'Onion', day, min = 1, max = 99_999, modal }: Row) =>
    `Delhi,North Delhi,${market},${commodity},Red,FAQ,${day},${min},${max},${modal}`;
  const send = async (...rows: Row[]) => {
    const { status, body } = await importCsv(app, [HEADER, ...rows.map(lineOf)].join('\n'));
    expect(status).toBe(200);
    return body;
  };
  const vendorId = async () => {
    const { body } = await app.request<Page<Vendor>>('GET', '/api/vendors/search?state=Delhi&limit=100');
    return body.items.find(({ name }) => name === market)!.id;
  };
  const onion = async (): Promise<Product> => {
    const { body } = await app.request<Page<Product>>('GET', `/api/products/search?vendorId=${await vendorId()}`);
    return body.items.find(({ name }) => name === 'Onion')!;
  };
  const eventsOf = async (id: string) => {
    const { body } = await app.request<{ events: InventoryEvent[] }>('GET', `/api/events?productId=${id}&limit=1000`);
    return body.events;
  };
  const pricesOf = async (id: string, query = '') => {
    const { status, body } = await app.request<MarketPricesPage>('GET', `/api/products/${id}/prices?${query}`);
    expect(status).toBe(200);
    return body;
  };

  it('never set a price back: a report of an older day is recorded, and no change', async () => {
    await send({ day: '02/02/2026', modal: 200 });
    const before = await onion();
    expect(before).toMatchObject({ basePrice: 200, pricedOn: '2026-02-02', minPrice: 1, maxPrice: 99_999 });
    expect(await send({ day: '01/02/2026', modal: 100 })).toMatchObject({ priceChanged: 0, recorded: 1, unchanged: 0 });
    expect(await onion()).toEqual(before);
    const events = await eventsOf(before.id);
    expect(events.map(({ eventType }) => eventType)).toEqual(['product_created', 'price_recorded']);
    expect(events[1]).toMatchObject({
      product: null,
      changes: [],
      version: 1,
      observation: { day: '2026-02-01', modal: 100, revision: 1 },
    });
    const { items } = await pricesOf(before.id);
    expect(items.map(({ day, modal, position }) => [day, modal, position])).toEqual([
      ['2026-02-02', 200, events[0]!.position],
      ['2026-02-01', 100, events[1]!.position],
    ]);
  });

  it('say nothing the second time', async () => {
    const rows = [1, 2, 3].map((day) => ({ day: `0${day}/02/2026`, modal: 100 * day }));
    await send(...rows);
    const before = await app.request<{ lastPosition: number }>('GET', '/api/events?after=0&limit=1');
    expect(await send(...rows.reverse())).toMatchObject({ created: 0, priceChanged: 0, recorded: 0, unchanged: 3 });
    const after = await app.request<{ lastPosition: number }>('GET', '/api/events?after=0&limit=1');
    expect(after.body.lastPosition).toBe(before.body.lastPosition);
  });

  it('revise a day: the later report of the newest day is the price', async () => {
    await send({ day: '01/02/2026', modal: 100 }, { day: '02/02/2026', modal: 200 });
    const { id } = await onion();
    expect(await send({ day: '02/02/2026', modal: 250 })).toMatchObject({ priceChanged: 1, revised: 0 });
    expect(await send({ day: '01/02/2026', modal: 150 })).toMatchObject({ priceChanged: 0, revised: 1 });
    expect(await onion()).toMatchObject({ basePrice: 250, pricedOn: '2026-02-02' });
    const { items } = await pricesOf(id);
    expect(items.map(({ day, modal, revision }) => [day, modal, revision])).toEqual([
      ['2026-02-02', 250, 2],
      ['2026-02-01', 150, 2],
    ]);
  });

  it('with the same price on a newer day move the day, without a change of the price being announced', async () => {
    await send({ day: '01/02/2026', modal: 100 });
    const before = await onion();
    expect(await send({ day: '02/02/2026', modal: 100, min: 90 })).toMatchObject({ priceChanged: 0, unchanged: 1 });
    const after = await onion();
    expect(after).toMatchObject({ basePrice: 100, pricedOn: '2026-02-02', minPrice: 90, version: before.version + 1 });
    const [, recorded] = await eventsOf(after.id);
    expect(recorded).toMatchObject({
      eventType: 'price_recorded',
      product: null,
      changes: expect.arrayContaining([
        { field: 'pricedOn', oldValue: '2026-02-01', newValue: '2026-02-02' },
        { field: 'minPrice', oldValue: 1, newValue: 90 },
      ]),
    });
  });

  it('bring their unit along: a price is never left in a unit that its number was not in', async () => {
    await send({ day: '01/02/2026', modal: 2_400 });
    const { id } = await onion();
    await app.request('PATCH', `/api/products/${id}`, { unit: 'kg', basePrice: 24, pricedOn: '2026-02-01' });
    expect(await send({ day: '02/02/2026', modal: 2_450 })).toMatchObject({ priceChanged: 1 });
    expect(await onion()).toMatchObject({
      unit: 'quintal',
      basePrice: 2_450,
      comparablePrice: { amount: 24.5, per: 'kg' },
    });
    const change = (await eventsOf(id)).at(-1)!;
    expect(change.eventType).toBe('price_changed');
    expect(change.changes.map(({ field }) => field).sort()).toEqual(expect.arrayContaining(['basePrice', 'unit']));
  });

  it('leave alone what the vendor says of today, unless they are of today or later', async () => {
    await send({ day: '01/02/2026', modal: 2_400 });
    const { id } = await onion();
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 2_500 });
    expect(await onion()).toMatchObject({ minPrice: null, maxPrice: null });
    expect(await send({ day: '02/02/2026', modal: 2_450 })).toMatchObject({ priceChanged: 0, recorded: 1 });
    expect(await onion()).toMatchObject({ basePrice: 2_500 });
  });

  it('are told by day, page by page', async () => {
    const rows = Array.from({ length: 9 }, (_, index) => ({ day: `0${index + 1}/02/2026`, modal: 100 + index }));
    await send(...rows);
    const { id } = await onion();
    const days = ({ items }: MarketPricesPage) => items.map(({ day }) => Number(day.slice(-2)));
    const first = await pricesOf(id, 'limit=4');
    expect(days(first)).toEqual([9, 8, 7, 6]);
    const second = await pricesOf(id, `limit=4&cursor=${first.nextCursor}`);
    expect(days(second)).toEqual([5, 4, 3, 2]);
    const last = await pricesOf(id, `limit=4&cursor=${second.nextCursor}`);
    expect([days(last), last.nextCursor]).toEqual([[1], null]);
    const range = await pricesOf(id, 'from=2026-02-03&to=2026-02-05');
    expect([days(range), range.nextCursor]).toEqual([[5, 4, 3], null]);
    const rest = await pricesOf(id, `to=2026-02-03&cursor=${first.nextCursor}`);
    expect(days(rest)).toEqual([3, 2, 1]);
  });

  it('leave a product that no file speaks of without prices', async () => {
    const vendor = await app.request<Vendor>('POST', '/api/vendors', { name: 'Own prices' });
    const data = { vendorId: vendor.body.id, name: 'Onion', category: 'vegetables', basePrice: 20 };
    const { body } = await app.request<Product>('POST', '/api/products', data);
    expect(await pricesOf(body.id)).toEqual({ items: [], nextCursor: null });
  });

  it('refuse what is no product, day or cursor', async () => {
    await send({ day: '01/02/2026', modal: 100 });
    const { id } = await onion();
    expectProblem(await app.request('GET', '/api/products/prd_none/prices'), 404, 'product_not_found');
    for (const query of ['from=2026-02-30', 'to=yesterday', 'cursor=abc', 'limit=0', 'day=2026-02-01']) {
      expectProblem(await app.request('GET', `/api/products/${id}/prices?${query}`), 400, 'validation_failed');
    }
  });

  it('mark a price five times the last one within 30 days, whatever order they come in', async () => {
    expect(await send({ day: '01/02/2026', modal: 100 }, { day: '03/02/2026', modal: 600 })).toMatchObject({
      suspicious: 1,
    });
    const { id } = await onion();
    const flags = async () => (await pricesOf(id)).items.map(({ day, flags }) => [day.slice(-2), flags]);
    expect(await flags()).toEqual([
      ['03', ['suspicious']],
      ['01', []],
    ]);
    await send({ day: '02/02/2026', modal: 300 });
    expect(await flags()).toEqual([
      ['03', []],
      ['02', []],
      ['01', []],
    ]);
  });
});
