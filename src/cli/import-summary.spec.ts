import { describe, expect, it } from '@jest/globals';
import { countsOf, reportLines } from './import-summary.js';
import { Progress, progressText } from './progress.js';

const SUMMARY = {
  rows: 123_456,
  vendorsCreated: 3,
  created: 20,
  priceChanged: 100,
  recorded: 7,
  revised: 1,
  unchanged: 0,
  rejected: 0,
};

describe('The report of an import', () => {
  it('is a table of the files and their sum', () => {
    const one = { name: 'one.csv', answer: countsOf(SUMMARY) };
    expect(reportLines([one, { name: 'two.json', answer: countsOf(SUMMARY) }])).toEqual([
      'file          rows  vendors  created  changed  recorded  revised  unchanged  rejected',
      'one.csv   1,23,456        3       20      100         7        1          0         0',
      'two.json  1,23,456        3       20      100         7        1          0         0',
      '2 files   2,46,912        6       40      200        14        2          0         0',
    ]);
    expect(reportLines([one])).toHaveLength(2);
  });

  it('lists the rejections, what is odd, and how many are not listed', () => {
    const rejections = [{ line: 14, reason: 'Modal Price: missing' }];
    const answer = countsOf({ ...SUMMARY, rejected: 3, rounded: 2, suspicious: 0, rejections });
    expect(reportLines([{ name: 'one.csv', answer }]).slice(2)).toEqual([
      '',
      'one.csv:',
      '  2 with more than two decimals, rounded',
      '  line 14: Modal Price: missing',
      '  … and 2 more',
    ]);
  });

  it('has a row for a file that was refused', () => {
    expect(reportLines([{ name: 'no.csv', failure: 'The server answered 400' }])).toEqual([
      'file    rows  vendors  created  changed  recorded  revised  unchanged  rejected',
      'no.csv     -        -        -        -         -        -          -         -',
    ]);
  });

  it('lists new markets with the vendors that they may be', () => {
    const candidates = [{ vendorId: 'vnd_1', district: 'Surendranagar', market: 'Halvad' }];
    const aliasCandidates = [{ state: 'Gujarat', district: 'Morbi', market: 'APMC HALVAD', candidates }];
    expect(reportLines([{ name: 'one.csv', answer: countsOf({ ...SUMMARY, aliasCandidates }) }]).slice(4)).toEqual([
      '  new markets that may be ones of another district (an alias makes them one):',
      '    APMC HALVAD (Morbi, Gujarat)',
      '      vnd_1 Halvad (Surendranagar)',
    ]);
  });

  it('is of an import only', () => {
    expect(() => countsOf({ ...SUMMARY, created: undefined })).toThrow('has no "created"');
    expect(() => countsOf(null)).toThrow('has no "rows"');
  });
});

describe('Progress', () => {
  it('leaves one line for each file, on a terminal by drawing it again', () => {
    const written = (isTTY: boolean) => {
      let text = '';
      const out = { isTTY, columns: 50, write: (part: string) => (text += part) };
      const progress = new Progress(out, `prices/${'2023/'.repeat(9)}onions.csv`, 4e6);
      progress.sent(4e6);
      progress.complete();
      progress.stop('9 rows');
      return text;
    };
    expect(written(false)).toMatch(/^…[\d/]+onions\.csv {2}4\.0 MB, 9 rows, \d+\.\d s\n$/);
    const drawn = written(true);
    expect([drawn[0], drawn.slice(-4), drawn.length]).toEqual(['\r', '\x1b[K\n', 1 + 49 + 4]);
  });
});

describe('progressText', () => {
  it('draws a bar where the size is known', () => {
    expect(progressText(5e6, 20e6, 2000, undefined)).toBe(
      '[#######.......................]  25%  5.0 / 20.0 MB  2.5 MB/s',
    );
    expect(progressText(5e6, undefined, 2000, undefined)).toBe('5.0 MB  2.5 MB/s');
    expect(progressText(5e6, 5e6, 2000, 61_000)).toBe('5.0 MB sent, applying… 61 s');
  });
});
