import { describe, expect, it } from '@jest/globals';
import { asOfRule } from './as-of-rule.js';

describe('what `asOf` may be', () => {
  it.each([
    ...['0', '716', '2026-03-01', '2026-03-01T03:35:00Z', '2026-03-01T03:35:00.000Z'],
    ...['2026-03-01T09:05:00+05:30', '2026-03-01T03:35:00.123456Z', '0001-01-01T00:00:00-05:30'],
  ])('%s', (asOf) => expect(asOfRule(asOf)).toBeUndefined());

  it.each([
    ...['', '-1', '007', '1e3', '2026-02-30', '2026-02-30T03:35:00Z', '2026-03-01T25:00:00Z', '2026-03-01 03:35:00Z'],
    ...['2026-03-01T03:35:00', '2026-03-01T03:35Z', 'now', '0000-03-01T03:35:00Z', 716],
    // In UTC of the year 0, or 10,000.
    ...['0001-01-01T00:00:00+05:30', '9999-12-31T23:00:00-05:30'],
  ])('not %s', (asOf) => expect(asOfRule(asOf)).toContain('must be a position'));
});
