import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, Product, Vendor } from '../../src/contracts/index.js';
import { ImportPageSizes } from '../../src/inventory/imports/import-page-sizes.js';
import { HEADER, importCsv, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectProblem } from '../support/problems.js';
import { historyOf, storedDigest } from '../support/reading.js';

describe('POST /imports/agmarknet', () => {
  let app: TestApp;
  /** Of this test alone. */
  let market: string;
  let markets = 0;

  beforeAll(async () => {
    app = await startApp();
  });
  beforeEach(() => {
    market = `Market ${++markets}`;
  });
  afterAll(() => app.close());

  const line = (fields: Parameters<typeof priceLine>[0] = {}) => priceLine({ market, ...fields });
  const send = (lines: string[]) => importCsv(app, [HEADER, ...lines].join('\n'));
  const vendor = async (name = market) => {
    const { body } = await app.request<Page<Vendor>>('GET', '/api/vendors/search?state=Delhi&limit=100');
    return body.items.find((found) => found.name === name);
  };
  const products = async () => {
    const { body } = await app.request<Page<Product>>(
      'GET',
      `/api/products/search?limit=100&vendorId=${(await vendor())?.id ?? 'vnd_none'}`,
    );
    return body.items;
  };

  it('makes a vendor of a market, a product of a commodity, variety and grade', async () => {
    const { status, body } = await send([
      line({ commodity: 'Onion', variety: 'Red', grade: 'FAQ', price: 2400.5 }),
      line({ commodity: 'Onion', variety: 'White', grade: 'FAQ', price: 2500 }),
      line({ commodity: 'Onion', variety: 'White', grade: 'Local', price: 2300 }),
      line({ market: `${market} B`, commodity: 'Onion', variety: 'Red', price: 2600 }),
    ]);
    expect(status).toBe(200);
    expect(body).toEqual({
      importId: expect.stringMatching(/^imp_[0-9a-f]{32}$/),
      layout: 'agmarknet',
      rows: 4,
      vendorsCreated: 2,
      created: 4,
      priceChanged: 0,
      recorded: 0,
      revised: 0,
      unchanged: 0,
      rounded: 0,
      contradictory: 0,
      suspicious: 0,
      rejected: 0,
      rejections: [],
      aliasCandidates: [],
    });
    expect(await vendor()).toMatchObject({ market, district: 'North Delhi', state: 'Delhi', inventory: { total: 3 } });
    expect(await vendor(`${market} B`)).toMatchObject({ market: `${market} B`, inventory: { total: 1 } });
    const found = await products();
    expect(found.map(({ basePrice }) => basePrice).sort()).toEqual([2300, 2400.5, 2500]);
    for (const product of found) {
      expect(product).toMatchObject({ name: 'Onion', unit: 'quintal', category: 'vegetables', currency: 'INR' });
      expect(product.names.hi).toBe('प्याज');
    }
  });

  it('changes nothing the second time', async () => {
    const lines = [line({ commodity: 'Onion' }), line({ commodity: 'Potato' })];
    await send(lines);
    const before = await storedDigest(app);
    const { body } = await send(lines);
    expect(body).toMatchObject({ rows: 2, vendorsCreated: 0, created: 0, priceChanged: 0, unchanged: 2, rejected: 0 });
    expect(await storedDigest(app)).toBe(before);
  });

  it('takes effect in date order, whatever the order of the file', async () => {
    const { body } = await send([
      line({ date: '03/02/2026', price: 3 }),
      line({ date: '01-02-2026', price: 1 }),
      line({ date: '2026-02-04', price: 4 }),
      line({ date: '02/02/2026', price: 2 }),
      line({ date: '31/12/2025', price: 0.5 }),
    ]);
    expect(body).toMatchObject({ rows: 5, created: 1, priceChanged: 4, unchanged: 0 });
    const [product] = await products();
    expect(product).toMatchObject({ basePrice: 4, version: 5 });
    expect((await historyOf(app, product!.id)).map((event) => event.product.basePrice)).toEqual([0.5, 1, 2, 3, 4]);
  });

  it('takes the last line when one day has two', async () => {
    await send([line({ price: 1 }), line({ price: 2 })]);
    expect(await products()).toMatchObject([{ basePrice: 2 }]);
  });

  it('changes prices and touches nothing else of a product', async () => {
    await send([line({ price: 100 })]);
    const [product] = await products();
    await app.request('PATCH', `/api/products/${product!.id}`, { name: 'Our onion', availability: 'limited' });
    const { body } = await send([line({ price: 120 })]);
    expect(body).toMatchObject({ created: 0, priceChanged: 1 });
    expect(await products()).toMatchObject([{ name: 'Our onion', availability: 'limited', basePrice: 120 }]);
    expect((await historyOf(app, product!.id)).at(-1)).toMatchObject({
      eventType: 'price_changed',
      changes: [{ field: 'basePrice', oldValue: 100, newValue: 120 }],
    });
  });

  it.each([
    ['the portal’s', HEADER],
    ['data.gov.in’s', HEADER.replaceAll(' Price', '_x0020_Price')],
    ['underscored, lower-case', HEADER.replaceAll(' ', '_').toLowerCase()],
    ['with a byte order mark', `\uFEFF${HEADER}`],
    ['quoted', HEADER.replace(/[^,]+/g, '"$&"')],
  ])('reads a header that is %s', async (_what, header) => {
    const { body } = await importCsv(app, `${header}\r\n${line({ price: 7 })}\r\n`);
    expect(body).toMatchObject({ rows: 1, created: 1, rejected: 0 });
  });

  it('reads columns in any order', async () => {
    const csv = `Modal Price,Market,Arrival_Date,State,District,Grade,Variety,Commodity\n5,${market},01/02/2026,Delhi,North,,,Onion`;
    expect((await importCsv(app, csv)).body).toMatchObject({ rows: 1, created: 1 });
    expect(await products()).toMatchObject([{ basePrice: 5, name: 'Onion' }]);
  });

  it('reports bad rows by line and goes on after them', async () => {
    const { status, body } = await send([
      line({ commodity: 'Onion' }), // line 2
      line({ price: -5 }),
      line({ price: 'NR' }),
      line({ date: '31/02/2026' }),
      line({ commodity: '' }),
      'too,few',
      'Delhi,"no end',
      line({ commodity: 'Potato' }), // line 9
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ rows: 8, created: 2, rejected: 6 });
    expect(body.rejections).toMatchObject([
      { line: 3, reason: expect.stringContaining('Modal Price') },
      { line: 4, reason: expect.stringContaining('Modal Price') },
      { line: 5, reason: expect.stringContaining('Arrival_Date') },
      { line: 6, reason: expect.stringContaining('Commodity') },
      { line: 7, reason: expect.stringContaining('columns') },
      { line: 8, reason: expect.stringContaining('quote') },
    ]);
    expect((await products()).map(({ name }) => name).sort()).toEqual(['Onion', 'Potato']);
  });

  it('lists the first hundred rejections and counts them all', async () => {
    const { body } = await send([...Array.from({ length: 150 }, () => line({ price: 0 })), line({})]);
    expect(body).toMatchObject({ rows: 151, rejected: 150, created: 1 });
    expect(body.rejections.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, index) => index + 2));
  });

  it('stores its correlation id on every event', async () => {
    await app.request('POST', '/api/imports/agmarknet', [HEADER, line({})].join('\n'), {
      'content-type': 'text/csv; charset=utf-8',
      'x-correlation-id': 'daily-file',
    });
    const [product] = await products();
    expect((await historyOf(app, product!.id)).map(({ correlationId }) => correlationId)).toEqual(['daily-file']);
  });

  it('takes a file of some thousand rows, each of its products once', async () => {
    const lines = Array.from({ length: 6000 }, (_, index) =>
      line({
        market: `${market} ${index % 10}`,
        variety: `V${index % 150}`,
        date: `0${1 + (index % 9)}/01/2026`,
        price: 1 + index,
      }),
    );
    const { body } = await send(lines);
    expect(body).toMatchObject({ rows: 6000, vendorsCreated: 10, created: 150, priceChanged: 5850, rejected: 0 });
    market = `${market} 3`;
    const found = await products();
    expect(found).toHaveLength(15);
    expect(new Set(found.map(({ version }) => version))).toEqual(new Set([40]));
  });

  it.each([
    ['a header without a needed column', 'State,Market\nDelhi,Azadpur'],
    ['a header with a column twice', `${HEADER},State\n`],
    ['nothing at all', ''],
    ['no text', Buffer.from([0, 1, 2, 255, 254])],
  ])('refuses a file that has %s', async (_what, csv) => {
    const before = await storedDigest(app);
    expectProblem(await importCsv(app, csv), 400, 'import_header_invalid');
    expect(await storedDigest(app)).toBe(before);
  });

  it('keeps the order of dates over pages that are under way at once', async () => {
    const [count, days] = [700, 4];
    const lines = Array.from({ length: count * days }, (_none, index) => {
      const [product, day] = [index % count, days - Math.floor(index / count)];
      return line({ commodity: `Crop ${product}`, date: `0${day}/02/2026`, price: 1_000 * day + product });
    });
    const { body } = await send(lines);
    expect(body).toMatchObject({ created: count, priceChanged: count * (days - 1), unchanged: 0, rejected: 0 });
    const found = await products();
    expect(found).toHaveLength(100);
    for (const { name, basePrice, version } of found) {
      expect([name, basePrice, version]).toEqual([`Crop ${basePrice - 4_000}`, basePrice, days]);
    }
    // Its rows are on all three pages.
    const { body: crop } = await app.request<Page<Product>>(
      'GET',
      `/api/products/search?q=650&vendorId=${found[0]!.vendorId}`,
    );
    const states = (await historyOf(app, crop.items[0]!.id)).map(({ product }) => product.basePrice);
    expect(states).toEqual([1_650, 2_650, 3_650, 4_650]);

    // The same with products that are there, every third of which has its price on the first day.
    const again = Array.from({ length: count * days }, (_none, index) => {
      const [product, day] = [index % count, days - Math.floor(index / count)];
      const price = day === 1 && product % 3 === 0 ? 4_000 + product : 10_000 * day + product;
      return line({ commodity: `Crop ${product}`, date: `0${day}/03/2026`, price });
    });
    const second = await send(again);
    const same = Math.ceil(count / 3);
    expect(second.body).toMatchObject({ created: 0, priceChanged: count * days - same, unchanged: same, rejected: 0 });
    for (const { name, basePrice } of await products()) expect(name).toBe(`Crop ${basePrice - 40_000}`);
    const later = (await historyOf(app, crop.items[0]!.id)).map(({ product }) => product.basePrice);
    expect(later.slice(4)).toEqual([10_650, 20_650, 30_650, 40_650]);
  });

  it.each([
    ['without a key', {}],
    ['with a key', { 'idempotency-key': 'there-and-back' }],
  ])('keeps a price that goes there and back on pages under way, %s', async (_what, headers) => {
    const sizes = app.app.get(ImportPageSizes);
    const before = { ...sizes };
    const count = 1_000;
    Object.assign(sizes, { unkeyed: count, keyed: count });
    const lines = [100, 200, 100].flatMap((price, day) =>
      Array.from({ length: count }, (_none, index) =>
        line({ commodity: `Crop ${index}`, date: `0${day + 1}/02/2026`, price }),
      ),
    );
    const { body } = await app.request('POST', '/api/imports/agmarknet', [HEADER, ...lines].join('\n'), {
      'content-type': 'text/csv',
      ...headers,
    });
    Object.assign(sizes, before);
    expect(body).toMatchObject({ rows: 3 * count, created: count, priceChanged: 2 * count, unchanged: 0, rejected: 0 });
    const found = await products();
    expect(new Set(found.map(({ basePrice, version }) => `${basePrice} ${version}`))).toEqual(new Set(['100 3']));
  });

  it('refuses another content type', async () => {
    for (const type of [
      'application/xml',
      'text/html',
      'application/octet-stream',
      'multipart/form-data',
      'text/csvx',
    ]) {
      expectProblem(await importCsv(app, `${HEADER}\n${line({})}`, type), 415, 'unsupported_media_type');
    }
    expectProblem(await app.request('POST', '/api/imports/agmarknet'), 415, 'unsupported_media_type');
    expect(await products()).toEqual([]);
  });
});
