import type { Rule } from './rules.js';

const MAX_PRICE = 9_999_999_999.99; // numeric(12,2)
/** How far from two decimals a price may be: spreadsheets and sums of binary fractions give 0.30000000000000004. */
const NOISE = 1e-9;

const nearest = (value: number, scale = 100): number => Math.round(value * scale) / scale;

/** The decimal that a number stands for. What has more decimals than `scale` is returned as it is. */
function decimalOf(value: number, scale: number): number {
  const rounded = nearest(value, scale);
  // JSON has a -0 and `numeric` has none.
  return Math.abs(value - rounded) <= NOISE ? rounded + 0 : value;
}

/** The price with two decimals that a number stands for. What `priceRule` refuses is returned as it is. */
export const withoutNoise = (price: number): number => decimalOf(price, 100);

/** Money: a number from 0 to 9999999999.99 with two decimals at most, or as near to one as `NOISE`. */
export const priceRule: Rule = (value) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  const rounded = nearest(value);
  if (Math.abs(value - rounded) > NOISE) return 'must have at most two decimals';
  return rounded < 0 || rounded > MAX_PRICE ? `must be from 0 to ${MAX_PRICE}` : undefined;
};

/** The same without the noise: what is stored has two decimals at most. */
export const exactPriceRule: Rule = (value) =>
  priceRule(value) ?? (withoutNoise(value as number) === value ? undefined : 'must have at most two decimals');

/** A number that `numeric(12,2)` holds exactly. */
export function isExactPrice(value: unknown): value is number {
  return exactPriceRule(value) === undefined;
}

const [MIN_WEIGHT, MAX_WEIGHT] = [0.0001, 999_999.999_999]; // numeric(12,6), and a comparable price numeric(20,6)
const MICRO = 1_000_000;

/** Kilograms: a number with six decimals at most. */
export const weightRule: Rule = (value) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  const weight = exactWeight(value);
  if (nearest(weight, MICRO) !== weight) return 'must have at most six decimals';
  return weight < MIN_WEIGHT || weight > MAX_WEIGHT ? `must be from ${MIN_WEIGHT} to ${MAX_WEIGHT}` : undefined;
};

/** The same with six decimals. */
export const exactWeight = (weight: number): number => decimalOf(weight, MICRO);
