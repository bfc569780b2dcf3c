import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPrice, readQuantity } from './numbers.js';
import { RefusedCell } from './refused-cell.js';

describe('readPrice', () => {
  it.each([
    ['2450', 2450],
    ['0', 0],
    ['0.01', 0.01],
    ['0100.10', 100.1],
    ['2450.5', 2450.5],
    ['2,450', 2450],
    ['2,450.00', 2450],
    ['999,999.99', 999_999.99],
    ['1,234,567.00', 1_234_567],
    ['12,34,567.00', 1_234_567],
    ['1,23,456', 123_456],
    ['9,99,99,99,999.99', 9_999_999_999.99],
    ['9999999999.99', 9_999_999_999.99],
  ])('reads %s exactly', (text, value) => {
    expect(readPrice(text)).toEqual({ value, rounded: false });
  });

  it.each([
    ['2450.000', 2450, false],
    ['2317.125', 2317.12, true],
    ['2317.135', 2317.14, true],
    ['2317.1350001', 2317.14, true],
    ['2317.124999', 2317.12, true],
    ['2317.115', 2317.12, true],
    ['0.005', 0, true],
    ['0.015', 0.02, true],
    ['99.995', 100, true],
    ['1,234.565', 1234.56, true],
    ['2317.3333333333335', 2317.33, true],
  ])('rounds %s half to even: %d', (text, value, rounded) => {
    expect(readPrice(text)).toEqual({ value, rounded });
  });

  it.each(['', 'NR', '-', 'NA', '1e3', '२५', '.5', '5.', '1 234', '+5', '0x10', 'Infinity', '₹5', '2,450.'])(
    'refuses %j, which is not a number',
    (text) => {
      expect(() => readPrice(text)).toThrow(`${JSON.stringify(text)} is not a number`);
    },
  );

  it.each(['24,50', '1,2345', '12345,678', '1,23,45', ',123', '123,', '1,,234', '0,123', '1,234,56', '123,45,678'])(
    'refuses %s, whose digits are not grouped as anywhere',
    (text) => {
      expect(() => readPrice(text)).toThrow('is not a number');
    },
  );

  it.each(['-5', '-1,234.5'])('refuses %s, below 0', (text) => {
    expect(() => readPrice(text)).toThrow('must be above 0');
  });

  it.each(['10000000000', '9999999999.995', '1,00,00,00,00,000', '9'.repeat(300), `${'9'.repeat(300)}.123`])(
    'refuses %s, which no column could hold',
    (text) => {
      expect(() => readPrice(text)).toThrow('must be at most 9999999999.99');
    },
  );

  it('reads back every amount, grouped in either way', () => {
    const amount = fc.integer({ min: 0, max: 999_999_999_999 }).map((cents) => cents / 100);
    fc.assert(
      fc.property(amount, fc.constantFrom('en-US', 'en-IN'), fc.boolean(), (value, locale, useGrouping) => {
        const text = value.toLocaleString(locale, { useGrouping, minimumFractionDigits: 2 });
        expect(readPrice(text)).toEqual({ value, rounded: false });
      }),
    );
  });

  it('throws nothing but refusals, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,-+eE ') }), (text) => {
        try {
          expect(readPrice(text).value).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(RefusedCell);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('readQuantity', () => {
  it.each([
    ['1,535.50', 1535.5],
    ['0', 0],
    ['0.125', 0.125],
    ['NR', null],
    ['', null],
    ['-3', null],
    ['9'.repeat(30), null],
  ])('reads %j as %d', (text, quantity) => {
    expect(readQuantity(text)).toBe(quantity);
  });
});
