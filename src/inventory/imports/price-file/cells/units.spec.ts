import { describe, expect, it } from '@jest/globals';
import { arrivalsOf, unitOf } from './units.js';

describe('unitOf', () => {
  it.each([
    ['Rs./Quintal', 'quintal'],
    ['Rs/Quintal', 'quintal'],
    ['Rs. / Qtl', 'quintal'],
    ['Qui', 'quintal'],
    ['₹/Quintal', 'quintal'],
    ['Rs./Kg', 'kg'],
    ['Rs per Kg.', 'kg'],
    ['Kg', 'kg'],
    ['Rs./Tonne', 'tonne'],
    ['Metric Tonnes', 'tonne'],
    ['MT', 'tonne'],
    ['Rs./Nos', 'piece'],
    ['Nos', 'piece'],
    ['Rs./Dozen', 'dozen'],
    ['Rs./100 Nos', 'hundred'],
    ['Rs./1000 Nos', 'thousand'],
    ['Rs./Litre', 'litre'],
    ['gm', 'g'],
  ])('reads %s as %s', (text, unit) => {
    expect(unitOf(text)).toBe(unit);
  });

  it.each(['', 'Rs.', 'Rs./', 'Rs./Bag', 'Rs./Crate', 'USD/Kg', 'Quintal/Rs', 'per', 'constructor', '__proto__'])(
    'knows no unit %j',
    (text) => {
      expect(unitOf(text)).toBeUndefined();
    },
  );
});

describe('arrivalsOf', () => {
  it.each([
    [1535.5, 'Metric Tonnes', 'tonne', 1_535_500],
    [1049.5, 'Metric Tonnes', 'tonne', 1_049_500],
    [120, 'Quintal', 'quintal', 12_000],
    [1.005, 'Tonnes', 'tonne', 1005],
    [0.1, 'Kg', 'kg', 0.1],
    [250, 'Nos', 'piece', null],
    [40, 'Bags', 'Bags', null],
    [0, 'Quintal', 'quintal', 0],
  ])('weighs %d %s', (quantity, text, unit, kg) => {
    expect(arrivalsOf(quantity, text)).toEqual({ quantity, unit, kg });
  });
});
