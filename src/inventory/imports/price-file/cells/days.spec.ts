import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ImportDatesAmbiguousError } from '../import-file.errors.js';
import { DayReader, refuseIfMonthFirst } from './days.js';
import { RefusedCell } from './refused-cell.js';

const read = (text: string): string => new DayReader().read(text, 2);

/** Reads the days of a file, the refused ones too. */
function readAll(...texts: string[]): DayReader {
  const days = new DayReader();
  texts.forEach((text, index) => {
    try {
      days.read(text, index + 2);
    } catch (error) {
      if (!(error instanceof RefusedCell)) throw error;
    }
  });
  return days;
}

describe('DayReader', () => {
  it.each([
    ['27/07/2023', '2023-07-27'],
    ['27-07-2023', '2023-07-27'],
    ['27.07.2023', '2023-07-27'],
    ['2023-07-27', '2023-07-27'],
    ['2023/07/27', '2023-07-27'],
    ['27/07/23', '2023-07-27'],
    ['27-07-23', '2023-07-27'],
    ['27 Jul 2023', '2023-07-27'],
    ['27-Jul-2023', '2023-07-27'],
    ['27-JUL-23', '2023-07-27'],
    ['7 july 2023', '2023-07-07'],
    ['1-May-2026', '2026-05-01'],
    ['29/02/2024', '2024-02-29'],
    ['03/04/2023', '2023-04-03'],
    ['2025-10-04 00:00:00', '2025-10-04'],
    ['2025-10-04T23:59', '2025-10-04'],
    ['2023-07-26T18:30:00.000Z', '2023-07-27'],
    ['2023-07-27T00:00:00+05:30', '2023-07-27'],
  ])('reads %s as %s', (text, day) => {
    expect(read(text)).toBe(day);
  });

  it.each([
    '7/8/2023',
    '07/08-2023',
    '07082023',
    '27 Jul',
    'Jul 27 2023',
    '27/Jul/2023',
    '27  Jul 2023',
    '2023-7-27',
    '45134',
    'today',
    '२७/०७/२०२३',
    '27/07/2023 10:00',
  ])('refuses %j, which is not written like a day', (text) => {
    expect(() => read(text)).toThrow(`${JSON.stringify(text)} is not a day such as 27/07/2023`);
  });

  it.each([
    '31/02/2023',
    '29-02-2023',
    '2023-13-01',
    '00/08/2023',
    '01/01/0000',
    '07/27/2023',
    '99/99/9999',
    '31-Nov-2023',
    '27 Foo 2023',
    '32 Jan 2023',
  ])('refuses %j, which is no date of the calendar', (text) => {
    expect(() => read(text)).toThrow(`${JSON.stringify(text)} is not a date of the calendar`);
  });

  it.each(['2023-07-27T25:00', '2023-07-27 10:61:00'])('refuses %j, whose time is none', (text) => {
    expect(() => read(text)).toThrow('has no time of the day');
  });

  it('throws nothing but refusals, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789/-. TZJulMayjan:+'), maxLength: 30 }), (text) => {
        try {
          expect(read(text)).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(RefusedCell);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('months that come first', () => {
  it.each([
    ['one row proves it, others can be read both ways', ['07/08/2023', '07/27/2023']],
    ['in any order', ['07/27/2023', '01/02/2023']],
    ['with two digits of the year', ['07/27/23', '01/02/23']],
    ['days of other forms prove nothing', ['2023-07-27', '27 Jul 2023', '07-27-2023', '07-08-2023']],
    ['nor do days that are none', ['31/31/2023', '45/07/2023', '07/27/2023', '07/08/2023']],
  ])('refuse the file: %s', (_what, texts) => {
    expect(() => refuseIfMonthFirst(readAll(...texts))).toThrow(ImportDatesAmbiguousError);
  });

  it('names the line that proves it', () => {
    const days = readAll('07/08/2023', '07/27/2023', '07/28/2023');
    expect(() => refuseIfMonthFirst(days)).toThrow('in line 3 "07/27/2023" has its month first');
  });

  it.each([
    ['no row proves it', ['07/08/2023', '01/02/2023']],
    ['a row proves the opposite, so the other is wrong', ['27/07/2023', '07/27/2023', '07/08/2023']],
    ['no row can be read both ways', ['07/27/2023', '07/28/2023']],
    ['day and month are the same', ['07/07/2023', '07/27/2023']],
    ['there are none', []],
  ])('leave the file alone: %s', (_what, texts) => {
    expect(() => refuseIfMonthFirst(readAll(...texts))).not.toThrow();
  });
});
