import { describe, expect, it } from '@jest/globals';
import { AgmarknetHeaderError, readHeader, readRow } from './agmarknet-row.js';

const HEADER = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price'.split(',');
const GOOD = ['Gujarat', 'Amreli', 'Damnagar', 'Cabbage', 'Other', 'FAQ', '27/07/2023', '2350', '3000', '2700.5'];

function withField(column: string, value: string) {
  const fields = GOOD.with(HEADER.indexOf(column), value);
  return readRow(readHeader(HEADER), fields);
}

describe('readHeader', () => {
  it.each([
    ['the portal', 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price'],
    [
      'data.gov.in',
      'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min_x0020_Price,Max_x0020_Price,Modal_x0020_Price',
    ],
    ['snake case', 'state,district,market,commodity,variety,grade,arrival_date,min_price,max_price,modal_price'],
    ['capitals and stray spaces', ' STATE , DISTRICT,MARKET,COMMODITY,VARIETY,GRADE,Arrival Date,MODAL PRICE'],
    ['another order, more columns', 'Modal Price,Id,Arrival_Date,Grade,Variety,Commodity,Market,District,State,Note'],
  ])('knows the spelling of %s', (_spelling, header) => {
    expect(readHeader(header.split(',')).count).toBe(header.split(',').length);
  });

  it('names every missing column', () => {
    const read = () => readHeader(['State', 'District', 'Market', 'Commodity', 'Variety', 'Grade', 'Min Price']);
    expect(read).toThrow(AgmarknetHeaderError);
    expect(read).toThrow(expect.objectContaining({ code: 'import_header_invalid' }));
    expect(read).toThrow('Missing in the header line: Arrival_Date, Modal Price');
  });

  it('refuses a needed column that is there twice', () => {
    expect(() => readHeader([...HEADER, 'modal_price'])).toThrow('Twice in the header line: Modal Price');
  });
});

describe('readRow', () => {
  it('reads a row', () => {
    expect(readRow(readHeader(HEADER), GOOD)).toEqual({
      row: {
        state: 'Gujarat',
        district: 'Amreli',
        market: 'Damnagar',
        commodity: 'Cabbage',
        variety: 'Other',
        grade: 'FAQ',
        date: '2023-07-27',
        modalPrice: 2700.5,
      },
    });
  });

  it.each([
    ['29/02/2024', '2024-02-29'],
    ['01-08-2023', '2023-08-01'],
    ['2023-12-31', '2023-12-31'],
  ])('reads the date %s', (text, date) => {
    expect(withField('Arrival_Date', text)).toMatchObject({ row: { date } });
  });

  it.each([
    ['9999999999.99', 9_999_999_999.99],
    ['0.01', 0.01],
    ['0100.10', 100.1],
  ])('reads the price %s', (text, modalPrice) => {
    expect(withField('Modal Price', text)).toMatchObject({ row: { modalPrice } });
  });

  it('keeps an empty variety and grade, inner spaces and Indian scripts, and trims the ends', () => {
    expect(withField('Variety', '')).toMatchObject({ row: { variety: '' } });
    expect(withField('Grade', ' ')).toMatchObject({ row: { grade: '' } });
    expect(withField('Market', ' New Grain Market , Panchkula ')).toMatchObject({
      row: { market: 'New Grain Market , Panchkula' },
    });
    expect(withField('Commodity', 'क्\u200dषीर தக்காளி')).toMatchObject({ row: { commodity: 'क्\u200dषीर தக்காளி' } });
    expect(withField('Commodity', '🍅'.repeat(200))).toHaveProperty('row');
  });

  it('does not look at the minimum and maximum', () => {
    expect(withField('Min Price', 'NR')).toHaveProperty('row');
    expect(withField('Max Price', '')).toHaveProperty('row');
    expect(withField('Min Price', '99999')).toHaveProperty('row');
  });

  it.each([
    ['State', '', 'State: missing'],
    ['District', '  ', 'District: missing'],
    ['Market', '', 'Market: missing'],
    ['Commodity', '', 'Commodity: missing'],
    ['Commodity', 'Toma\0to', 'Commodity: contains a control character'],
    ['Market', 'Azad\npur', 'Market: contains a control character'],
    ['Variety', 'x\u0085', 'Variety: contains a control character'],
    ['Grade', 'F\uFFFDQ', 'Grade: is not valid UTF-8'],
    ['Variety', 'x'.repeat(201), 'Variety: longer than 200 characters'],
    ['Arrival_Date', '', 'Arrival_Date: missing'],
    ['Arrival_Date', '7/8/2023', 'Arrival_Date: "7/8/2023" is not dd/mm/yyyy, dd-mm-yyyy or yyyy-mm-dd'],
    ['Arrival_Date', '07/08-2023', 'Arrival_Date: "07/08-2023" is not dd/mm/yyyy, dd-mm-yyyy or yyyy-mm-dd'],
    ['Arrival_Date', '31/02/2023', 'Arrival_Date: "31/02/2023" is not a date of the calendar'],
    ['Arrival_Date', '29-02-2023', 'Arrival_Date: "29-02-2023" is not a date of the calendar'],
    ['Arrival_Date', '2023-13-01', 'Arrival_Date: "2023-13-01" is not a date of the calendar'],
    ['Arrival_Date', '00/08/2023', 'Arrival_Date: "00/08/2023" is not a date of the calendar'],
    ['Arrival_Date', '01/01/0000', 'Arrival_Date: "01/01/0000" is not a date of the calendar'],
    ['Modal Price', '', 'Modal Price: missing'],
    ['Modal Price', 'NR', 'Modal Price: "NR" is not a number'],
    ['Modal Price', '1,234', 'Modal Price: "1,234" is not a number'],
    ['Modal Price', '1e3', 'Modal Price: "1e3" is not a number'],
    ['Modal Price', '२५', 'Modal Price: "२५" is not a number'],
    ['Modal Price', 'x'.repeat(60), `Modal Price: "${'x'.repeat(39)}…" is not a number`],
    ['Modal Price', '0', 'Modal Price: must be above 0'],
    ['Modal Price', '0.00', 'Modal Price: must be above 0'],
    ['Modal Price', '-5', 'Modal Price: must be above 0'],
    ['Modal Price', '12.345', 'Modal Price: "12.345" has more than 2 decimals'],
    ['Modal Price', '10000000000', 'Modal Price: must be at most 9999999999.99'],
  ])('refuses %s %j', (column, value, reason) => {
    expect(withField(column, value)).toEqual({ reason });
  });

  it('refuses a row that is too short or too long', () => {
    expect(readRow(readHeader(HEADER), GOOD.slice(1))).toEqual({ reason: 'expected 10 columns, found 9' });
    expect(readRow(readHeader(HEADER), [...GOOD, ''])).toEqual({ reason: 'expected 10 columns, found 11' });
  });
});
