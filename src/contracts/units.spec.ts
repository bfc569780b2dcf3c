import { describe, expect, it } from '@jest/globals';
import { comparablePriceOf, measureOf, priceIn, UNITS } from './units.js';

const inr = (basePrice: number, unit: string, unitWeightKg?: number | null) =>
  comparablePriceOf({ unit, basePrice, currency: 'INR', ...(unitWeightKg !== undefined && { unitWeightKg }) });

describe('comparablePriceOf', () => {
  it('makes prices of one dimension comparable', () => {
    expect([inr(28, 'kg'), inr(2_700, 'quintal'), inr(29_000, 'tonne'), inr(600, 'crate', 20)]).toEqual(
      [28, 27, 29, 30].map((amount) => ({ amount, per: 'kg', currency: 'INR' })),
    );
    expect(inr(60, 'dozen')).toEqual({ amount: 5, per: 'piece', currency: 'INR' });
    expect(inr(0.05, 'ml')).toEqual({ amount: 50, per: 'litre', currency: 'INR' });
    expect(inr(0.01, 'g')).toEqual({ amount: 10, per: 'kg', currency: 'INR' });
  });

  it('compares a unit that it does not know with itself only', () => {
    expect(inr(12.5, 'bunch')).toEqual({ amount: 12.5, per: 'bunch', currency: 'INR' });
    expect(inr(12.5, 'constructor', null)).toEqual({ amount: 12.5, per: 'constructor', currency: 'INR' });
    expect(comparablePriceOf({ unit: 'kg', basePrice: 1, currency: 'USD' }).currency).toBe('USD');
  });

  it('does not look at the weight of a unit that has a dimension', () => {
    expect(inr(40, 'piece', 0.5)).toEqual(inr(40, 'piece'));
    expect(inr(40, 'quintal', 90)).toEqual(inr(40, 'quintal'));
  });

  it('rounds to six decimals once, half away from zero', () => {
    expect(inr(100, 'dozen').amount).toBe(8.333333);
    expect(inr(200, 'dozen').amount).toBe(16.666667);
    expect(inr(0.01, 'bag', 8_000).amount).toBe(0.000001); // 0.00000125
    expect(inr(0.01, 'bag', 20_000).amount).toBe(0.000001); // 0.0000005
    expect(inr(0.01, 'bag', 20_000.1).amount).toBe(0);
  });

  it('is exact where binary fractions are not', () => {
    expect(inr(1.15, 'quintal').amount).toBe(0.0115);
    expect(inr(9_999_999_999.99, 'kg').amount).toBe(9_999_999_999.99);
    expect(inr(9_999_999_999.99, 'g').amount).toBe(9_999_999_999_990);
    expect(inr(9_999_999_999.99, 'tin', 0.0001).amount).toBe(99_999_999_999_900);
    expect(inr(123_456_789.01, 'tonne').amount).toBe(123_456.78901);
  });

  it('takes 0 for a price, and -0 for the same', () => {
    expect(inr(0, 'quintal').amount).toBe(0);
    expect(inr(-0, 'dozen').amount).toBe(0);
  });
});

describe('priceIn', () => {
  it('gives the price of another unit of the same dimension', () => {
    expect(priceIn({ unit: 'quintal', basePrice: 2_750 }, 'kg')).toBe(27.5);
    expect(priceIn({ unit: 'crate', unitWeightKg: 20, basePrice: 600 }, 'quintal')).toBe(3_000);
    expect(priceIn({ unit: 'bunch', basePrice: 12 }, 'bunch')).toBe(12);
  });

  it('is made of the base price, not of the comparable one', () => {
    expect(priceIn({ unit: 'dozen', basePrice: 100 }, 'dozen')).toBe(100);
  });

  it('is null where prices are not comparable', () => {
    expect(priceIn({ unit: 'piece', basePrice: 12 }, 'kg')).toBeNull();
    expect(priceIn({ unit: 'bunch', unitWeightKg: 0.25, basePrice: 12 }, 'bunch')).toBeNull();
  });
});

describe('UNITS', () => {
  it('has no factor that six decimals can not hold', () => {
    for (const unit of Object.keys(UNITS)) {
      const { factor } = measureOf(unit);
      expect(Number(factor.toFixed(6))).toBe(factor);
    }
  });
});
