import type { Rule } from './rules.js';

const MAX_PRICE = 9_999_999_999.99; // numeric(12,2)
/** How far from two decimals a price may be: spreadsheets and sums of binary fractions give 0.30000000000000004. */
const NOISE = 1e-9;

const nearest = (value: number): number => Math.round(value * 100) / 100;

/** The price with two decimals that a number stands for. What `priceRule` refuses is returned as it is. */
export function withoutNoise(price: number): number {
  const rounded = nearest(price);
  // JSON has a -0 and `numeric` has none.
  return Math.abs(price - rounded) <= NOISE ? rounded + 0 : price;
}

/** Money: a number from 0 to 9999999999.99 with two decimals at most, or as near to one as `NOISE`. */
export const priceRule: Rule = (value) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  const rounded = nearest(value);
  if (Math.abs(value - rounded) > NOISE) return 'must have at most two decimals';
  return rounded < 0 || rounded > MAX_PRICE ? `must be from 0 to ${MAX_PRICE}` : undefined;
};

/** A number that `numeric(12,2)` holds exactly. */
export function isExactPrice(value: unknown): value is number {
  return typeof value === 'number' && priceRule(value) === undefined && withoutNoise(value) === value;
}
