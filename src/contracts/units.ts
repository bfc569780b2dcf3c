/** What a unit measures: prices of one dimension are comparable, of two never. */
export type Dimension = 'kg' | 'piece' | 'litre';

export interface Unit {
  per: Dimension;
  /** How many of `per` one unit holds. */
  factor: number;
}

/**
 * The units that are comparable with others, by name. Any other unit is comparable with itself only, unless it is known
 * what one weighs (`unitWeightKg`). SQL of the same (`inventory/products/comparable-price.sql.ts`) is made from it.
 */
export const UNITS: Readonly<Record<string, Unit>> = {
  g: { per: 'kg', factor: 0.001 },
  kg: { per: 'kg', factor: 1 },
  quintal: { per: 'kg', factor: 100 },
  tonne: { per: 'kg', factor: 1_000 },
  piece: { per: 'piece', factor: 1 },
  dozen: { per: 'piece', factor: 12 },
  hundred: { per: 'piece', factor: 100 },
  thousand: { per: 'piece', factor: 1_000 },
  ml: { per: 'litre', factor: 0.001 },
  litre: { per: 'litre', factor: 1 },
};

/** What a price is for, and what it is: the fields of a product that decide how it compares. */
export interface UnitPrice {
  unit: string;
  /** What one `unit` weighs; counts only for a unit that is not in `UNITS`. */
  unitWeightKg?: number | null;
  /** At most two decimals. */
  basePrice: number;
  currency: string;
}

export interface ComparablePrice {
  /** Exact to six decimals. */
  amount: number;
  /** A `Dimension`, or the unit itself where it has none. */
  per: string;
  currency: string;
}

/** What a unit is measured in; for one without a dimension, the unit itself. */
export function measureOf(unit: string, unitWeightKg?: number | null): { per: string; factor: number } {
  if (Object.hasOwn(UNITS, unit)) return UNITS[unit]!;
  return unitWeightKg == null ? { per: unit, factor: 1 } : { per: 'kg', factor: unitWeightKg };
}

/** The price per kg, piece or litre, as `round(base_price / factor, 6)` of PostgreSQL gives it: half away from 0. */
export function comparablePriceOf({ unit, unitWeightKg, basePrice, currency }: UnitPrice): ComparablePrice {
  const { per, factor } = measureOf(unit, unitWeightKg);
  return { amount: quotient(centsOf(basePrice), microsOf(factor)), per, currency };
}

/**
 * The price of one `per`, with six decimals: what a dozen costs of something that is sold by the piece. Made of the
 * base price, since the comparable price may be rounded.
 *
 * @param per a unit that has no weight of its own
 * @returns null if the price is not comparable with prices per `per`
 */
export function priceIn({ unit, unitWeightKg, basePrice }: Omit<UnitPrice, 'currency'>, per: string): number | null {
  const of = measureOf(unit, unitWeightKg);
  const wanted = measureOf(per);
  if (of.per !== wanted.per) return null;
  return quotient(centsOf(basePrice), microsOf(of.factor), microsOf(wanted.factor));
}

/** Decimals of an amount, and of a factor. */
const MICRO = 1_000_000;

/** JSON has a -0 and `numeric` has none. */
const centsOf = (price: number): number => Math.round(price * 100) + 0;
const microsOf = (factor: number): number => Math.round(factor * MICRO);

/** `cents / 100 / (divisor / MICRO) * (times / MICRO)`, rounded to six decimals once, and exactly. */
function quotient(cents: number, divisor: number, times: number = MICRO): number {
  // Most units are powers of ten; with big integers it takes 1 µs instead of 0.05.
  const multiple = (times * (MICRO / 100)) / divisor;
  const micros = cents * multiple;
  if (Number.isInteger(multiple) && Number.isSafeInteger(micros)) return micros / MICRO;
  const [dividend, by] = [BigInt(cents) * BigInt(times) * BigInt(MICRO / 100), BigInt(divisor)];
  const rounded = (2n * dividend + by) / (2n * by);
  return Number(`${rounded / BigInt(MICRO)}.${String(rounded % BigInt(MICRO)).padStart(6, '0')}`);
}
