import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ImportSummary, Page, Problem, Product } from '../../src/contracts/index.js';
import { HEADER, importCsv, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectFieldError, expectProblem } from '../support/problems.js';
import { storedDigest } from '../support/reading.js';

const MARKET_REPORT = (market: string, title?: string) => ({
  title,
  states: [
    {
      stateName: 'Gujarat',
      markets: [
        {
          marketName: market,
          commodities: [
            { commodityName: 'Wheat', data: [{ variety: 'Lokwan', grade: 'FAQ', modalPrice: 2317.005 }] },
            { commodityName: 'Onion', data: [] },
          ],
        },
      ],
    },
  ],
});

describe('POST /imports/agmarknet of other layouts', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const send = (body: unknown, type = 'text/csv', query = '', headers: Record<string, string> = {}) =>
    app.request<ImportSummary>('POST', `/api/imports/agmarknet${query}`, body, { 'content-type': type, ...headers });
  const products = async (state: string): Promise<Product[]> =>
    (await app.request<Page<Product>>('GET', `/api/products/search?limit=100&state=${state}`)).body.items;

  it('takes price reports, with the unit of each row', async () => {
    const { status, body } = await send(
      [
        'State/UT,District,Market,Commodity Group,Commodity,Variety,Grade,Min Price,Max Price,Modal Price,Price Unit,Price Date',
        'Punjab,Amritsar,APMC Rayya,Cereals,Wheat,Other,FAQ,"2,050.00","2,585.00","2,317.00",Rs./Quintal,2025-10-04',
        'Punjab,Amritsar,APMC Rayya,Fruits,Coconut,Other,FAQ,0,0,28,Rs./Nos,2025-10-04',
        'Punjab,Amritsar,APMC Rayya,Fruits,Banana,Other,FAQ,0,0,28,Rs./Bunches,2025-10-04',
      ].join('\r\n'),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      layout: 'agmarknet2-price-report',
      rows: 3,
      created: 2,
      contradictory: 1,
      rounded: 0,
      rejected: 1,
      rejections: [{ line: 4, reason: 'Price Unit: "Rs./Bunches" is not a unit that is known' }],
    });
    const units = (await products('Punjab')).map(({ name, unit, basePrice }) => [name, unit, basePrice]);
    expect(units.sort()).toEqual([
      ['Coconut', 'piece', 28],
      ['Wheat', 'quintal', 2317],
    ]);
  });

  it.each(['text/csv', 'text/plain', 'text/tab-separated-values', 'application/vnd.ms-excel', 'Application/CSV; x=y'])(
    'takes tables of the portal as %s, with the state in a parameter',
    async (type) => {
      const table = [
        'Sl no.\tDistrict Name\tMarket Name\tCommodity\tVariety\tGrade\tModal Price (Rs./Kg)\tPrice Date',
        `1\tAnand\t${type}\tTomato\tOther\tFAQ\t28\t04 Oct 2025`,
      ].join('\r\n');
      const utf16 = Buffer.from(`\uFEFF${table}`, 'utf16le');
      const { body } = await send(utf16, type, '?state=%20West%20Bengal');
      expect(body).toMatchObject({ layout: 'portal-table', rows: 1, vendorsCreated: 1, created: 1 });
      expectFieldError(await send(table, type), 'state');
    },
  );

  it.each(['application/json', 'text/plain'])('takes JSON as %s, whatever its length', async (type) => {
    const records = Array.from({ length: 30_000 }, (_none, index) => ({
      State: 'Kerala',
      District: 'Kollam',
      Market: `${type} ${index % 3}`,
      Commodity: 'Coconut',
      Variety: 'Big',
      Grade: 'FAQ',
      Arrival_Date: index % 2 === 0 ? '04/10/2025' : '05/10/2025',
      Min_x0020_Price: 100,
      Modal_x0020_Price: index === 29_999 ? 'NR' : 1_000 + index,
    }));
    const text = JSON.stringify({ records });
    expect(text.length).toBeGreaterThan(4 * 1024 * 1024);
    const { status, body } = await send(text, type);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      layout: 'data-gov-in-json',
      rows: 30_000,
      vendorsCreated: 3,
      created: 3,
      rejected: 1,
      rejections: [{ line: 30_000, reason: 'Modal_x0020_Price: "NR" is not a number' }].map(({ line }) => ({ line })),
    });
  });

  it('takes market reports, whose day may be a parameter', async () => {
    const titled = await send(MARKET_REPORT('Titled', 'Daily Report on: 04-Oct-2025'), 'application/json');
    expect(titled.body).toMatchObject({ layout: 'market-report-json', rows: 1, created: 1, rounded: 1 });
    const untitled = MARKET_REPORT('Untitled');
    expectFieldError(await send(untitled, 'application/json'), 'day');
    expect((await send(untitled, 'application/json', '?day=2025-10-04')).body).toMatchObject({ created: 1 });
    const [wheat] = await products('Gujarat');
    expect(wheat).toMatchObject({ name: 'Wheat', basePrice: 2317, unit: 'quintal' });
    const vendor = await app.request('GET', `/api/vendors/${wheat!.vendorId}`);
    expect(vendor.body).toMatchObject({ state: 'Gujarat', district: null });
  });

  it('takes trade data of eNAM', async () => {
    const row = { state: 'BIHAR', apmc: 'GULABBAGH', commodity: 'MAIZE', created_at: '2025-10-04' };
    const data = [{ ...row, min_price: '1', modal_price: '2250', max_price: '2300', Commodity_Uom: 'Qui' }];
    const { body } = await send({ data, status: 200 }, 'application/json');
    expect(body).toMatchObject({ layout: 'enam-json', rows: 1, vendorsCreated: 1, created: 1, rejected: 0 });
  });

  it.each(['state=', 'state=%00', `state=${'x'.repeat(201)}`, 'day=04-10-2025', 'day=2025-02-30', 'day=', 'dryRun=1'])(
    'refuses the parameter %s',
    async (query) => {
      expectFieldError(await send(`${HEADER}\n${priceLine({})}`, 'text/csv', `?${query}`), query.split('=')[0]!);
    },
  );

  it('refuses parameters that it does not know', async () => {
    expectFieldError(await send(`${HEADER}\n${priceLine({})}`, 'text/csv', '?stat=Delhi'), 'stat');
  });

  it('refuses a file whose months may come before days', async () => {
    const before = await storedDigest(app);
    const lines = [HEADER, priceLine({ date: '02/03/2026' }), priceLine({ date: '02/27/2026' })];
    expectProblem(await importCsv(app, lines.join('\n')), 400, 'import_dates_ambiguous');
    expect(await storedDigest(app)).toBe(before);
  });

  it('refuses broken JSON, though its first records are in order', async () => {
    const before = await storedDigest(app);
    const records = Array.from({ length: 2_000 }, () => ({
      market: 'x',
      commodity: 'y',
      arrival_date: '',
      modal_price: 1,
    }));
    const text = JSON.stringify({ records });
    for (const broken of [text.slice(0, -2), text.replace('},', '}'), `${text}x`]) {
      expectProblem(await send(broken, 'application/json'), 400, 'malformed_body');
    }
    expect(await storedDigest(app)).toBe(before);
  });

  it.each([
    ['rows that cannot be used', [priceLine({ price: 'NR' }), priceLine({ price: 0 })], 2],
    ['no rows', [], 0],
  ])('answers 422 to a file of %s, and keeps no key of it', async (_what, lines, rows) => {
    const before = await storedDigest(app);
    const key = { 'idempotency-key': randomUUID() };
    for (const headers of [{}, key]) {
      const answer = await send([HEADER, ...lines].join('\n'), 'text/csv', '', headers);
      expectProblem(answer, 422, 'import_nothing_usable');
      const problem = answer.body as unknown as Problem & ImportSummary;
      expect(problem).toMatchObject({ layout: 'agmarknet', rows, rejected: rows, created: 0, aliasCandidates: [] });
      expect(problem.rejections).toHaveLength(rows);
    }
    expect(await storedDigest(app)).toBe(before);
    const good = [HEADER, priceLine({ market: `Good ${rows}` })].join('\n');
    expect((await send(good, 'text/csv', '', key)).status).toBe(200);
  });

  it('takes another state for another request under the same key', async () => {
    const table =
      'District Name,Market Name,Commodity,Variety,Modal Price,Price Date\nAnand,Keyed,Tomato,x,5,2025-10-04';
    const key = { 'idempotency-key': randomUUID() };
    const first = await send(table, 'text/csv', '?state=Goa', key);
    expect(first.body).toMatchObject({ created: 1 });
    expect((await send(table, 'text/csv', '?state=Goa', key)).body).toEqual(first.body);
    expectProblem(await send(table, 'text/csv', '?state=Assam', key), 422, 'idempotency_key_reused');
    expectProblem(await send(table, 'text/csv', '', key), 422, 'idempotency_key_reused');
  });
});
