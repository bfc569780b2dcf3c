import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { priceGroupOf, pricePerOf, priceRangeOf } from './price-terms.js';
import { comparablePriceOf, UNITS } from './units.js';

const price = fc.nat(10_000_000).map((paise) => paise / 100);
const unit = fc.constantFrom(...Object.keys(UNITS), 'crate');

describe('price terms', () => {
  it('mean rupees per kilogram unless they say otherwise', () => {
    expect(priceGroupOf({})).toEqual({ per: 'kg', currency: 'INR' });
    expect(priceGroupOf({ per: 'dozen', currency: 'NPR' })).toEqual({ per: 'piece', currency: 'NPR' });
    expect(priceGroupOf({ per: 'bag' })).toEqual({ per: 'bag', currency: 'INR' });
    // A member of every object is a unit like any other.
    expect(priceGroupOf({ per: 'constructor' })).toEqual({ per: 'constructor', currency: 'INR' });
  });

  it('bound what is comparable, in its own unit', () => {
    expect(priceRangeOf({ per: 'quintal' })).toBeUndefined();
    expect(priceRangeOf({ per: 'quintal', minPrice: 2_750 })).toEqual({
      ...{ per: 'kg', currency: 'INR' },
      ...{ from: 27.5, to: Number.POSITIVE_INFINITY },
    });
    expect(priceRangeOf({ per: 'dozen', maxPrice: 50 })).toMatchObject({ per: 'piece', from: 0, to: 4.166667 });
  });

  it('bound prices of the unit itself to the paisa, though comparable prices are rounded', () => {
    fc.assert(
      fc.property(unit, price, price, (per, basePrice, bound) => {
        const { amount } = comparablePriceOf({ unit: per, basePrice, currency: 'INR' });
        expect(amount >= priceRangeOf({ per, minPrice: bound })!.from).toBe(basePrice >= bound);
        expect(amount <= priceRangeOf({ per, maxPrice: bound })!.to).toBe(basePrice <= bound);
      }),
      { numRuns: 2_000 },
    );
  });

  it('show a price in their unit where it is comparable', () => {
    const dozen = { unit: 'dozen', basePrice: 100, currency: 'INR' };
    expect(pricePerOf(dozen, { per: 'hundred' })).toEqual({ amount: 833.333333, unit: 'hundred' });
    expect(pricePerOf(dozen, { per: 'dozen' })).toEqual({ amount: 100, unit: 'dozen' });
    expect(pricePerOf(dozen, {})).toBeNull();
    expect(pricePerOf(dozen, { per: 'piece', currency: 'NPR' })).toBeNull();
    expect(pricePerOf({ ...dozen, unit: 'crate', unitWeightKg: 20 }, {})).toEqual({ amount: 5, unit: 'kg' });
  });
});
