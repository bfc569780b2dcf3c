import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { InventoryEvent, Product } from '../../src/contracts/index.js';
import { SqlClient } from '../../src/database/index.js';
import { Clock } from '../../src/infra/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError } from '../support/problems.js';
import { historyOf } from '../support/reading.js';

/** 20:00 of the 1st of March in UTC is 01:30 of the 2nd in India. */
const [MORNING, NIGHT] = ['2026-03-01T04:00:00.000Z', '2026-03-01T20:00:00.000Z'];

describe('the day of a price', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => app.close());

  const at = (time: string, of = app) => jest.spyOn(of.app.get(Clock), 'now').mockReturnValue(Date.parse(time));
  const patch = (id: string, body: object) => app.request<Product>('PATCH', `/api/products/${id}`, body);
  /** What the last change of a product says, which is at the state that can be read. */
  const lastOf = async (id: string): Promise<[string, unknown[]][]> => {
    const { body } = await app.request<Product>('GET', `/api/products/${id}`);
    const events = (await historyOf(app, id)).filter(({ version }) => version === body.version);
    for (const { product } of events as InventoryEvent[]) expect(product).toEqual(body);
    return events.map(({ eventType, changes }) => [
      eventType,
      changes.map(({ field, oldValue, newValue }) => [field, oldValue, newValue]),
    ]);
  };

  it('is that of the market when a product is made', async () => {
    at(MORNING);
    expect(await createProduct(app)).toMatchObject({ pricedOn: '2026-03-01' });
    at(NIGHT);
    expect(await createProduct(app)).toMatchObject({ pricedOn: '2026-03-02' });
    expect(await createProduct(app, { pricedOn: '2024-02-29' })).toMatchObject({ pricedOn: '2024-02-29' });
  });

  // Alone it is changed in one statement; with a name it is read and decided first.
  it.each([
    ['alone', {}, []],
    ['with another field', { name: 'Red onion' }, [['product_updated', [['name', 'Onion', 'Red onion']]]]],
  ])('is not spoken of when a price changes again on it, %s', async (_how, more, others) => {
    at(MORNING);
    const { id } = await createProduct(app, { name: 'Onion' });
    expect(await patch(id, { basePrice: 101, ...more })).toMatchObject({ body: { pricedOn: '2026-03-01' } });
    const changed = ['price_changed', [['basePrice', 100, 101]]];
    expect(await lastOf(id)).toEqual(expect.arrayContaining([changed, ...others]));
  });

  it.each([
    ['alone', {}, []],
    ['with the stock', { availability: 'limited' }, ['availability_changed']],
    ['with another field', { name: 'Red onion' }, ['product_updated']],
  ])('changes with a price of another day, whose range was the former price’s, %s', async (_how, more, others) => {
    at(MORNING);
    const { id } = await createProduct(app, { minPrice: 90.5, maxPrice: 110 });
    at(NIGHT);
    const answer = await patch(id, { basePrice: 101, ...more });
    expect(answer.body).toMatchObject({ pricedOn: '2026-03-02', minPrice: null, maxPrice: null, version: 2 });
    const [changed, ...rest] = (await lastOf(id)).toSorted(([one], [other]) =>
      one === 'price_changed' ? -1 : other ? 1 : 0,
    );
    expect(changed).toEqual([
      'price_changed',
      [
        ['basePrice', 100, 101],
        ['pricedOn', '2026-03-01', '2026-03-02'],
        ['minPrice', 90.5, null],
        ['maxPrice', 110, null],
      ],
    ]);
    expect(rest.map(([type]) => type)).toEqual(others);
  });

  it('loses the range of a price that changes on it', async () => {
    at(MORNING);
    const { id } = await createProduct(app, { maxPrice: 110 });
    await patch(id, { basePrice: 101 });
    const changes = [
      ['basePrice', 100, 101],
      ['maxPrice', 110, null],
    ];
    expect(await lastOf(id)).toEqual([['price_changed', changes]]);
  });

  it('comes with the price, as its range may', async () => {
    at(MORNING);
    const { id } = await createProduct(app);
    await patch(id, { basePrice: 101, pricedOn: '2026-02-28', minPrice: 99, maxPrice: 103.25 });
    expect(await lastOf(id)).toEqual([
      [
        'price_changed',
        [
          ['basePrice', 100, 101],
          ['pricedOn', '2026-03-01', '2026-02-28'],
          ['minPrice', null, 99],
          ['maxPrice', null, 103.25],
        ],
      ],
    ]);
  });

  it('and its range are an update where the price stays', async () => {
    at(MORNING);
    const { id } = await createProduct(app);
    await patch(id, { basePrice: 100, minPrice: 99 });
    expect(await lastOf(id)).toEqual([['product_updated', [['minPrice', null, 99]]]]);
  });

  it('stays when the same price comes later', async () => {
    at(MORNING);
    const product = await createProduct(app, { minPrice: 90 });
    at(NIGHT);
    expect((await patch(product.id, { basePrice: 100 })).body).toEqual(product);
    expect((await patch(product.id, { basePrice: 100, availability: 'limited' })).body).toMatchObject({
      pricedOn: '2026-03-01',
      minPrice: 90,
    });
  });

  it('is tomorrow at the latest', async () => {
    at(NIGHT);
    const { id, vendorId, sku } = await createProduct(app);
    expect(await patch(id, { pricedOn: '2026-03-03' })).toMatchObject({ status: 200 });
    for (const pricedOn of ['2026-03-04', '2026-02-29', '2026-3-1', 20260301, null]) {
      expectFieldError(await patch(id, { pricedOn }), 'pricedOn');
      const body = { vendorId, name: 'Okra', category: 'vegetables', basePrice: 1, pricedOn };
      expectFieldError(await app.request('POST', '/api/products', body), 'pricedOn');
    }
    const items = [
      { sku, pricedOn: '2026-03-04' },
      { sku: 'new', name: 'Okra', category: 'vegetables', basePrice: 1, pricedOn: '2026-03-04' },
      { sku, pricedOn: '2026-03-01' },
    ];
    const { body } = await app.request('PUT', `/api/vendors/${vendorId}/inventory`, { items });
    const refused = {
      status: 'rejected',
      field: 'pricedOn',
      reason: 'pricedOn: must not be later than tomorrow, 2026-03-03',
    };
    expect(body.results).toMatchObject([refused, refused, { status: 'updated' }]);
  });

  it('is one of MARKET_TIMEZONE', async () => {
    const other = await startApp({ env: { MARKET_TIMEZONE: 'America/New_York' } });
    try {
      at('2026-03-01T04:00:00.000Z', other);
      expect(await createProduct(other)).toMatchObject({ pricedOn: '2026-02-28' });
    } finally {
      await other.close();
    }
  });
});

describe('a comparable price', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const patch = (id: string, body: object) => app.request<Product>('PATCH', `/api/products/${id}`, body);
  const kg = (amount: number) => ({ amount, per: 'kg', currency: 'INR' });

  it('follows price, unit, weight of the unit and currency', async () => {
    const { id, comparablePrice } = await createProduct(app, { basePrice: 600, unit: 'crate' });
    expect(comparablePrice).toEqual({ amount: 600, per: 'crate', currency: 'INR' });
    expect((await patch(id, { unitWeightKg: 20 })).body.comparablePrice).toEqual(kg(30));
    expect((await patch(id, { basePrice: 500 })).body.comparablePrice).toEqual(kg(25));
    expect((await patch(id, { unit: 'quintal' })).body.comparablePrice).toEqual(kg(5));
    expect((await patch(id, { currency: 'NPR' })).body.comparablePrice).toEqual({ ...kg(5), currency: 'NPR' });
    const { body } = await app.request<Product>('GET', `/api/products/${id}`);
    expect(body.comparablePrice).toEqual({ ...kg(5), currency: 'NPR' });
  });

  it('is exact to six decimals, wherever it is made', async () => {
    for (const unitWeightKg of [0.0001, 0.3, 7, 999_999.999_999]) {
      const product = await createProduct(app, { basePrice: 9_999_999.99, unit: 'bag', unitWeightKg });
      const { body } = await app.request<Product>('GET', `/api/products/${product.id}`);
      expect(body.comparablePrice).toEqual(product.comparablePrice);
      const { body: changed } = await patch(product.id, { basePrice: 0.05 });
      expect((await historyOf(app, product.id)).at(-1)!.product).toEqual(changed);
    }
  });

  it('can not be set', async () => {
    expectFieldError(await patch((await createProduct(app)).id, { comparablePrice: kg(1) }), 'comparablePrice');
  });
});

describe('texts of products', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('are stored without blanks at their ends, in one form for what looks alike', async () => {
    const { id, vendorId } = await createProduct(app, {
      ...{ sku: ' S\u0065\u0301 1\t', name: '\u3000Caf\u0065\u0301 ', names: { hi: ' क\u093c ' } },
      ...{ variety: ' Red\n', grade: ' A ', unit: ' crate ' },
    });
    const plain = {
      sku: 'S\u00e9 1',
      name: 'Caf\u00e9',
      names: { hi: 'क\u093c' },
      variety: 'Red',
      grade: 'A',
      unit: 'crate',
    };
    const { body } = await app.request<Product>('GET', `/api/products/${id}`);
    expect(body).toMatchObject(plain);
    const items = [{ sku: 'S\u0065\u0301 1 ', name: ' Caf\u0065\u0301', variety: 'Red ' }];
    const { body: answer } = await app.request('PUT', `/api/vendors/${vendorId}/inventory`, { items });
    expect(answer.results).toMatchObject([{ productId: id, status: 'unchanged', version: 1 }]);
  });

  it('stay as a version before has stored them until they are written again, by id', async () => {
    const { id, vendorId } = await createProduct(app, { sku: 'old', name: 'Onion' });
    const sql = app.app.get(SqlClient);
    await sql.query({ name: 'age', text: `UPDATE products SET sku = ' old', name = 'Onion ' WHERE id = $1` }, [id]);
    const path = `/api/products/${id}`;
    expect((await app.request<Product>('GET', path)).body).toMatchObject({ sku: ' old', name: 'Onion ' });
    // A product of that sku would be another one.
    const items = [{ sku: ' old', basePrice: 7 }];
    const { body: answer } = await app.request('PUT', `/api/vendors/${vendorId}/inventory`, { items });
    expect(answer.results).toMatchObject([{ status: 'rejected' }]);
    const { body } = await app.request<Product>('PATCH', path, { sku: ' old', name: 'Onion ' });
    expect(body).toMatchObject({ sku: 'old', name: 'Onion', version: 2 });
    const { body: found } = await app.request('PUT', `/api/vendors/${vendorId}/inventory`, { items });
    expect(found.results).toMatchObject([{ productId: id, status: 'updated' }]);
  });

  it('are refused where they are too long, also in the form in which they are stored', async () => {
    const vendor = await createVendor(app);
    const create = (sku: string) => createProduct(app, { vendorId: vendor.id, sku });
    expect((await create('x'.repeat(400))).sku).toHaveLength(400);
    await expect(create('x'.repeat(401))).rejects.toThrow(/at most 400 characters/);
    // NFC takes it apart.
    expect((await create('\u0958'.repeat(200))).sku).toHaveLength(400);
    await expect(create('\u0958'.repeat(201))).rejects.toThrow(/at most 400 characters/);
    const items = [{ sku: 'x'.repeat(401), name: 'Onion', category: 'vegetables', basePrice: 1 }];
    const { body } = await app.request('PUT', `/api/vendors/${vendor.id}/inventory`, { items });
    expect(body.results).toMatchObject([{ status: 'rejected', field: 'sku' }]);
  });
});
