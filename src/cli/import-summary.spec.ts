import { describe, expect, it } from '@jest/globals';
import { summaryLines } from './import-summary.js';
import { progressText } from './progress.js';

const SUMMARY = { rows: 123_456, vendorsCreated: 3, created: 20, priceChanged: 100, unchanged: 0, rejected: 0 };

describe('summaryLines', () => {
  it('aligns the counts', () => {
    expect(summaryLines({ ...SUMMARY, rejections: [] })).toEqual([
      'rows              1,23,456',
      'vendors created          3',
      'products created        20',
      'prices changed         100',
      'unchanged                0',
      'rejected                 0',
    ]);
  });

  it('lists the rejections, and says how many are not listed', () => {
    const rejections = [{ line: 14, reason: 'Modal Price: missing' }];
    expect(summaryLines({ ...SUMMARY, rejected: 3, rejections }).slice(6)).toEqual([
      '  line 14: Modal Price: missing',
      '  … and 2 more',
    ]);
  });

  it('refuses an answer of another shape', () => {
    expect(() => summaryLines({ ...SUMMARY, created: undefined })).toThrow('has no "created"');
    expect(() => summaryLines(null)).toThrow('has no "rows"');
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
