import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WHEAT as SAME } from '../../../../../test/support/price-files.js';
import { cutInto, onlyReport, outlineOf, readPriceFile } from '../../../../../test/support/read-price-file.js';
import { ImportHeaderError, ImportMalformedError } from '../import-file.errors.js';

/** The first record. */
const WHEAT = { ...SAME, line: 1 };

const RECORD = {
  state: 'Gujarat',
  district: 'Amreli',
  market: 'APMC Bagasara',
  commodity: 'Wheat',
  variety: 'Lokwan Gujrat',
  grade: 'FAQ',
  arrival_date: '04/10/2025',
  min_price: '2050',
  max_price: '2585',
  modal_price: '2317',
};

describe('data.gov.in in JSON', () => {
  const inNames = (rename: (name: string) => string) =>
    Object.fromEntries(Object.entries(RECORD).map(([name, value]) => [rename(name), value]));
  const pascal = (name: string) => name.replaceAll(/(^|_)([a-z])/g, (all) => all.toUpperCase());

  it.each([
    ['snake case', RECORD],
    ['Pascal case', inNames(pascal)],
    ['escapes', inNames((name) => pascal(name).replace('_Price', '_x0020_Price'))],
  ])('is read with names in %s', async (_what, record) => {
    const document = {
      index_name: '9ef84268',
      title: 'Current daily price of various commodities',
      field: [{ name: 'State', id: 'state', type: 'keyword' }],
      target_bucket: { index: 'x', records: 'y' },
      total: 1,
      records: [{ ...record, Commodity_Code: 1 }],
      version: '2.2.0',
    };
    for (const space of [0, 2]) {
      expect(await readPriceFile(JSON.stringify(document, null, space))).toEqual({
        layout: 'data-gov-in-json',
        lines: [{ line: 1, report: WHEAT }],
      });
    }
  });

  it('may be a list alone, or within data', async () => {
    expect(await onlyReport(JSON.stringify([RECORD]))).toEqual(WHEAT);
    expect(await onlyReport(JSON.stringify({ success: true, data: { records: [RECORD] } }))).toEqual(WHEAT);
  });

  it('may have numbers and null', async () => {
    const { grade: _grade, ...others } = RECORD;
    const record = { ...others, variety: null, min_price: 2050.5, max_price: 2585, modal_price: 2317.125 };
    expect(await onlyReport(JSON.stringify({ records: [record] }))).toEqual({
      ...WHEAT,
      variety: '',
      grade: '',
      min: 2050.5,
      modal: 2317.12,
      flags: ['rounded'],
    });
  });

  it('refuses records by their number and goes on', async () => {
    const records = [
      { ...RECORD, modal_price: 'NR' },
      RECORD,
      5,
      null,
      'text',
      [RECORD],
      {},
      { ...RECORD, market: { name: 'x' } },
      { ...RECORD, Market: 'y' },
      { ...RECORD, commodity: 'Toma\0to' },
      { ...RECORD, modal_price: 1e300 },
      { ...RECORD, market: true },
      RECORD,
    ];
    expect(await outlineOf(JSON.stringify({ records }))).toEqual([
      '1! modal_price: "NR" is not a number',
      '2: Wheat',
      '3! is not an object',
      '4! is not an object',
      '5! is not an object',
      '6! is not an object',
      '7! state: missing',
      '8! market: is neither text nor number',
      '9! Market: is there twice',
      '10! commodity: contains a control character',
      '11! modal_price: "1e+300" is not a number',
      '12! market: is neither text nor number',
      '13: Wheat',
    ]);
  });

  it('refuses a record that is broken or too long, as it is', async () => {
    const good = JSON.stringify(RECORD);
    const long = JSON.stringify({ ...RECORD, note: 'x'.repeat(70_000) });
    const text = `{"records": [{"a":tru}, ${good}, {"state" "x"}, ${long}, ${good}]}`;
    expect(await outlineOf(text)).toEqual([
      '1! is not valid JSON',
      '2: Wheat',
      '3! is not valid JSON',
      '4! longer than 65536 bytes',
      '5: Wheat',
    ]);
  });

  it('is recognised by the first record that has what it needs, of the first hundred', async () => {
    const lacking = { ...RECORD, modal_price: undefined };
    expect(await outlineOf(JSON.stringify({ records: [lacking, RECORD] }))).toEqual([
      '1! modal_price: missing',
      '2: Wheat',
    ]);
    const many = Array.from({ length: 100 }, () => lacking);
    await expect(readPriceFile(JSON.stringify({ records: [...many, RECORD] }))).rejects.toThrow(
      'No record is one of a known price file. The first, read as JSON in UTF-8, has "state", "district"',
    );
  });

  it('may have no records', async () => {
    expect(await readPriceFile('{"records": []}')).toEqual({ layout: 'data-gov-in-json', lines: [] });
  });

  it('takes the state of its sender where records name none', async () => {
    const record = { ...RECORD, state: undefined };
    expect(await onlyReport(JSON.stringify([record]), { state: 'Gujarat' })).toEqual(WHEAT);
  });

  it('may be in UTF-16', async () => {
    const text = JSON.stringify({ records: [{ ...RECORD, commodity: 'மிளகாய்' }] });
    expect(await outlineOf(Buffer.from(`\uFEFF${text}`, 'utf16le'))).toEqual(['1: மிளகாய்']);
    expect(await outlineOf(Buffer.from(text, 'utf16le').swap16())).toEqual(['1: மிளகாய்']);
    expect(await outlineOf(`\uFEFF \n${text}`)).toEqual(['1: மிளகாய்']);
  });

  it('is no place for prototypes', async () => {
    const text = JSON.stringify([RECORD]).replace('{', '{"__proto__": {"market": "x"}, "constructor": 5, ');
    expect(await outlineOf(text)).toEqual(['1: Wheat']);
    expect(({} as Record<string, unknown>).market).toBeUndefined();
  });
});

describe('eNAM', () => {
  const ENAM = {
    id: '6610145',
    state: 'ANDHRA PRADESH',
    apmc: 'ADONI',
    commodity: 'CASTOR SEED',
    min_price: '4556',
    modal_price: '4556',
    max_price: '4557',
    commodity_arrivals: '5',
    commodity_traded: '3',
    created_at: '2021-07-12',
    status: '1',
    Commodity_Uom: 'Qui',
  };
  const document = (...data: unknown[]) => JSON.stringify({ data, status: 200 });

  it('is read: no districts, varieties and grades, arrivals in the unit of the price', async () => {
    expect(await readPriceFile(document(ENAM))).toEqual({
      layout: 'enam-json',
      lines: [
        {
          line: 1,
          report: {
            line: 1,
            state: 'ANDHRA PRADESH',
            district: '',
            market: 'ADONI',
            commodity: 'CASTOR SEED',
            variety: '',
            grade: '',
            day: '2021-07-12',
            min: 4556,
            max: 4557,
            modal: 4556,
            unit: 'quintal',
            currency: 'INR',
            arrivals: { quantity: 5, unit: 'quintal', kg: 500 },
            flags: [],
          },
        },
      ],
    });
  });

  it('has units of its own', async () => {
    const text = document(
      { ...ENAM, Commodity_Uom: 'Nos' },
      { ...ENAM, Commodity_Uom: 'Kg', created_at: '2021-07-12 10:11:12' },
      { ...ENAM, Commodity_Uom: 'Bag' },
      { ...ENAM, Commodity_Uom: '' },
      { ...ENAM, modal_price: '0' },
    );
    const { lines } = await readPriceFile(text);
    expect(lines).toMatchObject([
      { report: { unit: 'piece', arrivals: { quantity: 5, unit: 'piece', kg: null } } },
      { report: { unit: 'kg', day: '2021-07-12', arrivals: { quantity: 5, unit: 'kg', kg: 5 } } },
      { line: 3, reason: 'Commodity_Uom: "Bag" is not a unit that is known' },
      { line: 4, reason: 'Commodity_Uom: missing' },
      { line: 5, reason: 'modal_price: must be above 0' },
    ]);
  });

  it('may have nothing', async () => {
    expect(await readPriceFile(document())).toEqual({ layout: 'enam-json', lines: [] });
  });
});

describe('JSON', () => {
  it.each([
    ['{"a": 1}', 'There is no list of records, data or states in the JSON, read as UTF-8: it has "a"'],
    ['{}', 'it has no names'],
    ['{"records": {"x": []}}', 'There is no list'],
    ['[[]]', 'No record is one of a known price file'],
    ['[{"name": "Onion", "price": 5}]', 'The first, read as JSON in UTF-8, has "name", "price"'],
  ])('without price records is refused: %s', async (text, message) => {
    await expect(readPriceFile(text)).rejects.toThrow(ImportHeaderError);
    await expect(readPriceFile(text)).rejects.toThrow(message);
  });

  it.each([
    '{',
    '[',
    '{"records": [',
    `{"records": [${JSON.stringify(RECORD)}`,
    `{"records": [${JSON.stringify(RECORD)}}`,
    `[${JSON.stringify(RECORD)}] x`,
    `[${JSON.stringify(RECORD)} ${JSON.stringify(RECORD)}]`,
    `[,${JSON.stringify(RECORD)}]`,
    `[${JSON.stringify(RECORD)},]`,
    '{"a" 1}',
    '{"a": }',
    '{"a": nul}',
    '{a: 1}',
    `{"a": ${'1'.repeat(200)}}`,
    '{"a": "\u0001"}',
    '{"a": "\\x"}',
    '{"records": []',
    '[]]',
    '{"a":1,}',
  ])('that is broken is refused as a whole: %s', async (text) => {
    await expect(readPriceFile(text)).rejects.toThrow(ImportMalformedError);
  });

  it('passes over what has no meaning, however long and deep', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const text = `{"deep": ${deep}, "long": "${'x'.repeat(3_000_000)}", "n": -1.5e3, "records": [${JSON.stringify(RECORD)}], "z": [{"a": "]}"}]}`;
    expect(await outlineOf(cutInto(Buffer.from(text), [50_000]))).toEqual(['1: Wheat']);
  });

  it('reads the same whatever the chunks are', async () => {
    const piece = fc.constantFrom(
      JSON.stringify(RECORD),
      JSON.stringify({ ...RECORD, commodity: 'मिर्च \\ "लाल" ]}' }),
      ...['5', 'null', '"x\\"y"', '{}', '[1, {"a": []}]', '{"a":tru}'],
    );
    const file = fc.array(piece, { maxLength: 12 }).map((pieces) => {
      const above = '{"title": "a\\u0041", "n": 12, "more": {"records": [1]}, "records": [';
      return Buffer.from(`${above}${[JSON.stringify(RECORD), ...pieces].join(', ')}], "end": true }`);
    });
    const chunkSizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(file, chunkSizes, async (bytes, sizes) => {
        expect(await readPriceFile(cutInto(bytes, sizes))).toEqual(await readPriceFile(bytes));
      }),
      { numRuns: 200 },
    );
  });
});
