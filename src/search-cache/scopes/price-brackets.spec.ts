import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BRACKETS } from './price-brackets.js';

/** Comparable prices: six decimals, and far beyond the highest bracket. */
const price = fc.oneof(
  fc.bigInt({ min: 0n, max: 999_999_999_999n }).map((paise) => Number(paise) / 100),
  fc.nat(100_000).map((paise) => paise / 100),
  fc.nat(1_000_000).map((millionths) => millionths / 1e6),
  fc.nat(1_000).map((times) => times * 1e9),
  fc.constantFrom(1, 1.5, 2, 3, 5, 7, 10, 15, 9_999_999_999.99),
);

describe('price brackets', () => {
  it.each([
    [0, '0'],
    [0.009999, '0'],
    [0.01, '0.01'],
    [0.99, '0.7'],
    [1, '1'],
    [1.49, '1'],
    [1.5, '1.5'],
    [9.99, '7'],
    [10, '10'],
    [2_499.99, '2000'],
    [9_999_999_999.99, '7000000000'],
  ])('hold %d in %s', (value, bracket) => {
    expect(BRACKETS.between(value, value)).toEqual([bracket]);
  });

  it('of a closed range hold both of its ends', () => {
    expect(BRACKETS.between(1.2, 3)).toEqual(['1', '1.5', '2', '3']);
    expect(BRACKETS.between(0, 0.014999)).toEqual(['0', '0.01']);
    expect(BRACKETS.between(7_000_000_000, Number.POSITIVE_INFINITY)).toEqual(['7000000000']);
    expect(BRACKETS.between(0, Number.POSITIVE_INFINITY)).toHaveLength(73);
    expect(BRACKETS.between(2, 1)).toEqual([]);
  });

  it('of a range hold exactly those of the prices within it', () => {
    fc.assert(
      fc.property(price, price, price, (one, other, value) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        const brackets = BRACKETS.between(min, max);
        const [bracket, none] = BRACKETS.between(value, value);
        expect(none).toBeUndefined();
        expect(Number(bracket)).toBeLessThanOrEqual(value);
        if (value >= min && value <= max) expect(brackets).toContain(bracket);
        expect([brackets[0], brackets.at(-1)]).toEqual([BRACKETS.between(min, min)[0], BRACKETS.between(max, max)[0]]);
      }),
      { numRuns: 1_000 },
    );
  });
});
