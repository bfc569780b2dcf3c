import { describe, expect, it } from '@jest/globals';
import { WHEAT } from '../../../../../test/support/price-files.js';
import { cutInto, outlineOf, readPriceFile } from '../../../../../test/support/read-price-file.js';

const TITLE = 'Market-wise, Commodity-wise Daily Report on: 04-Oct-2025';
const SOLD = {
  marketCenter: 'APMC Bagasara',
  arrivals: 12.5,
  unitOfArrivals: 'Metric Tonnes',
  variety: 'Lokwan Gujrat',
  grade: 'FAQ',
  minimumPrice: 2050,
  maximumPrice: 2585,
  modalPrice: 2317,
  unitOfPrice: 'Rs./Quintal',
};
const MARKET = {
  marketId: 1,
  marketName: 'APMC Bagasara',
  commodities: [
    { commodityId: 1, commodityName: 'Wheat', total_arrivals: 12.5, data: [SOLD, { ...SOLD, variety: 'Other' }] },
    { commodityId: 2, commodityName: 'Onion', data: [] },
    { commodityName: 'Garlic' },
    { commodityName: 'Potato', data: null },
  ],
};
const STATE = { stateId: 11, stateName: 'Gujarat', markets: [MARKET] };
const document = { success: true, message: 'Data fetched successfully.', title: TITLE, columns: [], states: [STATE] };

const report = { ...WHEAT, line: 1, district: '', arrivals: { quantity: 12.5, unit: 'tonne', kg: 12_500 } };
const BOTH = [
  { line: 1, report },
  { line: 2, report: { ...report, line: 2, variety: 'Other' } },
];

describe('a market report', () => {
  it('is read: one day, no districts, and no row for what was not sold', async () => {
    for (const space of [0, 2]) {
      const text = JSON.stringify(document, null, space);
      expect(await readPriceFile(text)).toEqual({ layout: 'market-report-json', lines: BOTH });
      expect((await readPriceFile(cutInto(Buffer.from(text), [1]))).lines).toEqual(BOTH);
    }
  });

  it('may be within data', async () => {
    const { title, states } = document;
    expect((await readPriceFile(JSON.stringify({ success: true, data: { title, states } }))).lines).toEqual(BOTH);
  });

  it('may name day and state behind the markets', async () => {
    const { markets, stateName } = STATE;
    const text = JSON.stringify({ states: [{ markets, stateName }], title: TITLE });
    expect((await readPriceFile(text)).lines).toEqual(BOTH);
  });

  it.each([
    ['title', 'Market-wise, Commodity-wise Daily Report on 04/10/2025'],
    ['title', '2025-10-04'],
    ['date', '2025-10-04'],
    ['reportDate', '04-10-2025'],
  ])('says its day in the member %s: %s', async (member, text) => {
    const { states } = document;
    expect((await readPriceFile(JSON.stringify({ [member]: text, states }))).lines).toEqual(BOTH);
  });

  it('that does not say its day needs one of its sender', async () => {
    const text = JSON.stringify({ title: 'from 01-10-2025 to 04-10-2025', states: [STATE] });
    await expect(readPriceFile(text)).rejects.toMatchObject({
      code: 'validation_failed',
      fields: [{ field: 'day', message: expect.stringContaining('is missing') }],
    });
    expect((await readPriceFile(text, { day: '2025-10-04' })).lines).toEqual(BOTH);
  });

  it('is refused if the sender says another day', async () => {
    await expect(readPriceFile(JSON.stringify(document), { day: '2025-10-05' })).rejects.toMatchObject({
      code: 'validation_failed',
      fields: [{ field: 'day', message: 'is 2025-10-05, but the file says that it is of 2025-10-04' }],
    });
    await expect(readPriceFile(JSON.stringify({ ...document, date: '2025-10-03' }))).rejects.toThrow(
      'The file says that it is of 2025-10-04 and of 2025-10-03',
    );
  });

  it('may have rows with days of their own', async () => {
    const commodities = [{ commodityName: 'Wheat', data: [{ ...SOLD, arrivalDate: '03/10/2025' }] }];
    const text = JSON.stringify({ states: [{ ...STATE, markets: [{ ...MARKET, commodities }] }] });
    expect((await readPriceFile(text)).lines).toMatchObject([{ report: { day: '2025-10-03' } }]);
  });

  it('is per quintal if it does not say, and refused per row in a unit that is not known', async () => {
    const data = [
      { ...SOLD, unitOfPrice: undefined },
      { ...SOLD, unitOfPrice: 'Rs./Kg' },
      { ...SOLD, unitOfPrice: 'Rs./Bag' },
      { ...SOLD, modalPrice: 'NR' },
      { ...SOLD, modalPrice: null },
      7,
    ];
    const markets = [{ ...MARKET, commodities: [{ commodityName: 'Wheat', data }, 5] }];
    const { lines } = await readPriceFile(JSON.stringify({ ...document, states: [{ ...STATE, markets }] }));
    expect(lines).toMatchObject([
      { report: { unit: 'quintal' } },
      { report: { unit: 'kg' } },
      { line: 3, reason: 'unitOfPrice: "Rs./Bag" is not a unit that is known' },
      { line: 4, reason: 'modalPrice: "NR" is not a number' },
      { line: 5, reason: 'modalPrice: missing' },
      { line: 6, reason: 'is not an object' },
      { line: 7, reason: 'is not an object' },
    ]);
  });

  it('refuses markets that are broken, too long or without a name, and states without one', async () => {
    const long = JSON.stringify({ ...MARKET, note: 'x'.repeat(600_000) });
    const nameless = JSON.stringify({ ...MARKET, marketName: '' });
    const odd = JSON.stringify({ ...MARKET, marketName: ['x'] });
    const good = JSON.stringify(MARKET);
    const text = `{"title": "${TITLE}", "states": [
      {"stateName": "Gujarat", "markets": [{"a":tru}, ${long}, ${nameless}, ${odd}, ${good}]},
      {"markets": [${good}], "other": [1]}, 5, {"stateName": "Goa", "markets": null}]}`;
    expect(await outlineOf(text)).toEqual([
      '1! the market is not valid JSON',
      '2! the market is longer than 524288 bytes',
      '3! marketName: missing',
      '4! marketName: missing',
      '5! marketName: is neither text nor number',
      '6! marketName: is neither text nor number',
      '7: Wheat',
      '8: Wheat',
      '9! stateName: missing',
      '10! stateName: missing',
    ]);
  });

  it('keeps a bounded number of rows that wait for their day', async () => {
    const data = Array.from({ length: 1_000 }, () => ({ modalPrice: 5 }));
    const markets = Array.from({ length: 25 }, () => ({ ...MARKET, commodities: [{ commodityName: 'Wheat', data }] }));
    const text = JSON.stringify({ states: [{ stateName: 'Gujarat', markets }], title: TITLE });
    await expect(readPriceFile(text)).rejects.toThrow('The day must stand before its markets');
  });
});
