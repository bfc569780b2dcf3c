import { describe, expect, it } from '@jest/globals';
import { WHEAT } from '../../../../../test/support/price-files.js';
import { onlyReport, outlineOf, readPriceFile } from '../../../../../test/support/read-price-file.js';
import { ImportHeaderError } from '../import-file.errors.js';

const AGMARKNET = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price';
const PRICE_REPORT =
  'State/UT,District,Market,Commodity Group,Commodity,Variety,Grade,Min Price,Max Price,Modal Price,Price Unit,Price Date';
const ARRIVAL_REPORT =
  'State/UT,District,Market,Commodity Group,Commodity,Variety,Grade,Min Price,Max Price,Modal Price,Price Unit,Arrival Quantity,Arrival Unit,Arrival Date';
const TABLE =
  'Sl no.,District Name,Market Name,Commodity,Variety,Grade,Min Price (Rs./Quintal),Max Price (Rs./Quintal),Modal Price (Rs./Quintal),Price Date';

describe('the portal’s file until November 2025', () => {
  const row = 'Gujarat,Amreli,APMC Bagasara,Wheat,Lokwan Gujrat,FAQ,04/10/2025,2050,2585,2317';

  it('is read', async () => {
    expect(await readPriceFile(`${AGMARKNET}\n${row}\n`)).toEqual({
      layout: 'agmarknet',
      lines: [{ line: 2, report: WHEAT }],
    });
  });

  it('may have its columns in any order and further ones, and no minimum and maximum', async () => {
    const text =
      'Modal Price,Id,Arrival_Date,Grade,Variety,Commodity,Market,District,State,Note\n' +
      '2317,7,04-10-2025,FAQ,Lokwan Gujrat,Wheat,APMC Bagasara,Amreli,Gujarat,x';
    expect(await onlyReport(text)).toEqual({ ...WHEAT, min: null, max: null });
  });

  it.each(['Min Price', 'MIN  PRICE', 'min price', ' Min_Price '])('knows the column %j', async (name) => {
    expect(await onlyReport(`${AGMARKNET.replace('Min Price', name)}\n${row}`)).toEqual(WHEAT);
  });

  it.each([
    ['State', 0, ''],
    ['District', 1, '  '],
    ['Market', 2, '\t'],
    ['Commodity', 3, ''],
    ['Arrival_Date', 6, ''],
    ['Modal Price', 9, ''],
  ])('needs a %s', async (name, index, cell) => {
    const cells = row.split(',').with(index, cell).join();
    expect(await outlineOf(`${AGMARKNET}\n${cells}`)).toEqual([`2! ${name}: missing`]);
  });

  it('may have an empty variety and grade', async () => {
    const report = await onlyReport(`${AGMARKNET}\n${row.replace('Lokwan Gujrat,FAQ', ' ,')}`);
    expect(report).toEqual({ ...WHEAT, variety: '', grade: '' });
  });

  it('has names in NFC', async () => {
    const report = await onlyReport(`${AGMARKNET}\n${row.replace('Wheat', 'Cafe\u0301')}`);
    expect(report.commodity).toBe('Café');
  });

  it.each([
    ['NR', '"NR" is not a number'],
    ['-', '"-" is not a number'],
    ['NA', '"NA" is not a number'],
    ['0', 'must be above 0'],
    ['0.004', 'must be above 0'],
    ['-2450', 'must be above 0'],
    ['"24,50"', '"24,50" is not a number'],
    ['10000000000', 'must be at most 9999999999.99'],
    ['x'.repeat(60), `"${'x'.repeat(39)}…" is not a number`],
  ])('refuses the modal price %s', async (cell, reason) => {
    const cells = row.split(',').with(9, cell).join();
    expect(await outlineOf(`${AGMARKNET}\n${cells}`)).toEqual([`2! Modal Price: ${reason}`]);
  });

  it('refuses products whose names make a sku that is too long', async () => {
    const long = 'x'.repeat(150);
    const cells = row.split(',').with(3, long).with(4, long).with(5, long).join();
    expect(await outlineOf(`${AGMARKNET}\n${cells}`)).toEqual([
      '2! Commodity: longer than 400 characters, with variety and grade',
    ]);
  });

  it('counts characters, of which some take two places in memory', async () => {
    const variety = '\u{11305}'.repeat(200);
    const cells = row.split(',').with(4, variety).join();
    expect((await onlyReport(`${AGMARKNET}\n${cells}`)).variety).toBe(variety);
  });

  it.each([
    ['both are 0', '0', '0'],
    ['the minimum is above it', '2400', '2585'],
    ['the maximum is below it', '2050', '2300'],
    ['they are the wrong way round', '2585', '2050'],
  ])('takes the modal price alone if %s', async (_what, min, max) => {
    const report = await onlyReport(`${AGMARKNET}\n${row.split(',').with(7, min).with(8, max).join()}`);
    expect(report).toEqual({ ...WHEAT, min: null, max: null, flags: ['contradictory'] });
  });

  it.each(['NR', '-', '', '-5', '1e9', '99999999999'])('has no minimum if it says %j', async (min) => {
    const report = await onlyReport(`${AGMARKNET}\n${row.split(',').with(7, min).join()}`);
    expect(report).toEqual({ ...WHEAT, min: null });
  });

  it('flags prices that were rounded, if they were taken', async () => {
    const rounded = row.split(',').with(9, '2317.125').with(7, '2050.001').join();
    expect(await onlyReport(`${AGMARKNET}\n${rounded}`)).toEqual({ ...WHEAT, modal: 2317.12, flags: ['rounded'] });
    const unused = row.split(',').with(7, '9050.001').join();
    const { flags } = await onlyReport(`${AGMARKNET}\n${unused}`);
    expect(flags).toEqual(['contradictory']);
  });
});

describe('Agmarknet 2.0', () => {
  it('writes price reports', async () => {
    const text = `${PRICE_REPORT}\r\nGujarat,Amreli,APMC Bagasara,Cereals,Wheat,Lokwan Gujrat,FAQ,"2,050.00","2,585.00","2,317.00",Rs./Quintal,2025-10-04\r\n`;
    expect(await readPriceFile(text)).toEqual({
      layout: 'agmarknet2-price-report',
      lines: [{ line: 2, report: WHEAT }],
    });
  });

  it.each([
    ['Rs./Kg', 'kg'],
    ['Rs./Tonne', 'tonne'],
    ['Rs./Nos', 'piece'],
  ])('prices in %s', async (text, unit) => {
    const row = `Gujarat,Amreli,APMC Bagasara,Cereals,Wheat,Lokwan Gujrat,FAQ,2050,2585,2317,${text},2025-10-04`;
    expect(await onlyReport(`${PRICE_REPORT}\n${row}`)).toEqual({ ...WHEAT, unit });
  });

  it.each([
    ['Rs./Bag', '"Rs./Bag" is not a unit that is known'],
    ['', 'missing'],
    ['Rs.', '"Rs." is not a unit that is known'],
  ])('is refused a row in %j', async (text, reason) => {
    const row = `Gujarat,Amreli,APMC Bagasara,Cereals,Wheat,Lokwan Gujrat,FAQ,2050,2585,2317,${text},2025-10-04`;
    expect(await outlineOf(`${PRICE_REPORT}\n${row}`)).toEqual([`2! Price Unit: ${reason}`]);
  });

  it('writes arrival reports, with a title and a unit of arrivals per row', async () => {
    const text = [
      ',,,,,,,Daily Price Arrival Report-07-11-2025 to 28-09-2026 for Maharashtra,,,,,,',
      ARRIVAL_REPORT,
      'Maharashtra,Mumbai,Mumbai-Onion & Potato Market ,Vegetables,Onion,Other,Local,"2,900.00","4,800.00","3,850.00",Rs./Quintal,"1,535.50",Metric Tonnes,28-09-2026',
      'Maharashtra,Pune,APMC Pune ,Vegetables,Onion,Local,Local,500.00,"1,500.00","1,150.00",Rs./Quintal,120.00,Quintal,07-11-2025',
      'Maharashtra,Pune,APMC Pune ,Vegetables,Banana,Local,Local,500,1500,1150,Rs./Quintal,40,Bunches,07-11-2025',
      'Maharashtra,Pune,APMC Pune ,Vegetables,Garlic,Local,Local,500,1500,1150,Rs./Quintal,NR,Quintal,07-11-2025',
      'Total,,,,,,,,,,,"1,655.50",,',
    ].join('\n');
    const { layout, lines } = await readPriceFile(text);
    expect(layout).toBe('agmarknet2-arrival-report');
    expect(lines).toMatchObject([
      {
        line: 3,
        report: {
          market: 'Mumbai-Onion & Potato Market',
          day: '2026-09-28',
          min: 2900,
          max: 4800,
          modal: 3850,
          arrivals: { quantity: 1535.5, unit: 'tonne', kg: 1_535_500 },
        },
      },
      { line: 4, report: { day: '2025-11-07', arrivals: { quantity: 120, unit: 'quintal', kg: 12_000 } } },
      { line: 5, report: { arrivals: { quantity: 40, unit: 'Bunches', kg: null } } },
      { line: 6, report: { commodity: 'Garlic', arrivals: null } },
    ]);
  });
});

describe('data.gov.in in CSV', () => {
  it.each([
    [
      'escaped',
      'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min_x0020_Price,Max_x0020_Price,Modal_x0020_Price',
    ],
    ['snake case', 'state,district,market,commodity,variety,grade,arrival_date,min_price,max_price,modal_price'],
    ['Pascal case', 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min_Price,Max_Price,Modal_Price'],
  ])('is read with names in %s', async (_what, header) => {
    const row = 'Gujarat,Amreli,APMC Bagasara,Wheat,Lokwan Gujrat,FAQ,04/10/2025,2050,2585,2317';
    expect(await readPriceFile(`${header}\n${row}`)).toEqual({
      layout: 'data-gov-in-csv',
      lines: [{ line: 2, report: WHEAT }],
    });
    expect((await readPriceFile(`${header},Commodity_Code\n${row},1`)).lines).toEqual([{ line: 2, report: WHEAT }]);
  });

  it('may have no grades', async () => {
    const header = 'state,district,market,commodity,variety,arrival_date,min_price,max_price,modal_price';
    const row = 'Gujarat,Amreli,APMC Bagasara,Wheat,Lokwan Gujrat,04/10/2025,2050,2585,2317';
    expect(await onlyReport(`${header}\n${row}`)).toEqual({ ...WHEAT, grade: '' });
  });

  it('names what is refused without escapes', async () => {
    const header = AGMARKNET.replaceAll(' Price', '_x0020_Price');
    const row = 'Gujarat,Amreli,APMC Bagasara,Wheat,Lokwan Gujrat,FAQ,04/10/2025,2050,2585,NR';
    expect(await outlineOf(`${header}\n${row}`)).toEqual(['2! Modal Price: "NR" is not a number']);
  });
});

describe('tables of the portal', () => {
  const row = '1,Amreli,APMC Bagasara,Wheat,Lokwan Gujrat,FAQ,2050,2585,2317,04 Oct 2025';

  it('are read with the state that their sender names', async () => {
    expect(await readPriceFile(`${TABLE}\n${row}`, { state: 'Gujarat' })).toEqual({
      layout: 'portal-table',
      lines: [{ line: 2, report: WHEAT }],
    });
  });

  it('are refused without one', async () => {
    await expect(readPriceFile(`${TABLE}\n${row}`)).rejects.toMatchObject({
      code: 'validation_failed',
      fields: [{ field: 'state', message: expect.stringContaining('is missing') }],
    });
  });

  it('need none if they have a column of states, which counts', async () => {
    const text = `State Name,${TABLE}\nGujarat,${row}`;
    expect(await onlyReport(text, { state: 'Delhi' })).toEqual(WHEAT);
    expect(await outlineOf(`State Name,${TABLE}\n ,${row}`, { state: 'Delhi' })).toEqual(['2! State Name: missing']);
  });

  it.each([
    ['Rs./Quintal', 'quintal'],
    ['Rs./Kg', 'kg'],
    ['Rs/Tonne', 'tonne'],
  ])('say in their headings that prices are in %s', async (text, unit) => {
    const header = TABLE.replaceAll('Rs./Quintal', text);
    expect(await onlyReport(`${header}\n${row}`, { state: 'Gujarat' })).toEqual({ ...WHEAT, unit });
  });

  it('are refused row by row if that unit is not known, and as a whole if there are several', async () => {
    const bags = TABLE.replaceAll('Rs./Quintal', 'Rs./Bag');
    expect(await outlineOf(`${bags}\n${row}`, { state: 'Gujarat' })).toEqual([
      '2! Price Unit: "Rs./Bag" is not a unit that is known',
    ]);
    const mixed = TABLE.replace('Modal Price (Rs./Quintal)', 'Modal Price (Rs./Kg)');
    await expect(readPriceFile(`${mixed}\n${row}`, { state: 'Gujarat' })).rejects.toThrow(
      'Prices of different units in the header line: Rs./Quintal, Rs./Kg',
    );
  });

  it('may have arrivals, with their unit in the heading', async () => {
    const text = `${TABLE.replace(',Price Date', ',Arrivals (Tonnes),Reported Date')}\n${row.replace(',04', ',12.5,04')}`;
    expect(await onlyReport(text, { state: 'Gujarat' })).toEqual({
      ...WHEAT,
      arrivals: { quantity: 12.5, unit: 'tonne', kg: 12_500 },
    });
  });
});

describe('months that come first', () => {
  const row = (day: string) => `Gujarat,Amreli,APMC Bagasara,Wheat,Other,FAQ,${day},2050,2585,2317`;

  it('refuse the whole file where other days can be read both ways', async () => {
    const text = [AGMARKNET, row('07/08/2023'), row('07/27/2023')].join('\n');
    await expect(readPriceFile(text)).rejects.toMatchObject({
      code: 'import_dates_ambiguous',
      message: expect.stringContaining('in line 3 "07/27/2023" has its month first'),
    });
  });

  it('refuse their row where the file proves the opposite', async () => {
    const text = [AGMARKNET, row('07/08/2023'), row('07/27/2023'), row('27/07/2023')].join('\n');
    expect(await outlineOf(text)).toEqual([
      '2: Wheat',
      '3! Arrival_Date: "07/27/2023" is not a date of the calendar',
      '4: Wheat',
    ]);
  });
});

it('a header of other columns is refused', async () => {
  await expect(readPriceFile('name,price\nOnion,5\n')).rejects.toThrow(ImportHeaderError);
});
