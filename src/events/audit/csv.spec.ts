import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it('has plain cells as they are, and none for nothing', () => {
    expect(csvLine([7, 'vnd_asha', null, undefined, '', '2026-03-01T03:35:00.000Z'])).toBe(
      '7,vnd_asha,,,,2026-03-01T03:35:00.000Z\r\n',
    );
  });

  it.each([
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['"', '""""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['a;b', '"a;b"'],
    ['आलू', '"आलू"'],
  ])('quotes what would be read otherwise: %j', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  it.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\tx', '\r=1', '\n=1', ' =1', '\u00a0+1', '＝1', ' ＠A1'])(
    'keeps a spreadsheet from running %j',
    (cell) => {
      expect(csvLine([cell])).toBe(`"'${cell.replaceAll('"', '""')}"\r\n`);
    },
  );
});
