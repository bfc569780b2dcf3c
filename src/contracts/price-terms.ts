import { type ComparablePrice, comparablePriceOf, measureOf, priceIn, type UnitPrice } from './units.js';

/** Unit and currency of a search's prices unless it says otherwise. */
export const DEFAULT_PER = 'kg';
export const DEFAULT_CURRENCY = 'INR';

/** What the prices of a search mean. */
export interface PriceTerms {
  /** Unit of `minPrice`, `maxPrice` and `pricePer`; its dimension is compared. */
  per?: string | undefined;
  currency?: string | undefined;
}

/** Prices that compare with each other: per kg, piece or litre, or per a unit without a dimension, in one currency. */
export type PriceGroup = Omit<ComparablePrice, 'amount'>;

/** Prices of a group, both ends included; `to` may be infinite. */
export interface PriceRange extends PriceGroup {
  from: number;
  to: number;
}

/** The prices that a search compares; it lists all others behind them, and a price range leaves them out. */
export function priceGroupOf({ per = DEFAULT_PER, currency = DEFAULT_CURRENCY }: PriceTerms): PriceGroup {
  return { per: measureOf(per).per, currency };
}

export const isOfGroup = (price: PriceGroup, { per, currency }: PriceGroup): boolean =>
  price.per === per && price.currency === currency;

/** The price range of a search, per unit of its dimension; undefined if it has none. */
export function priceRangeOf(
  filters: PriceTerms & { minPrice?: number | undefined; maxPrice?: number | undefined },
): PriceRange | undefined {
  const { minPrice, maxPrice, per: unit = DEFAULT_PER, currency = DEFAULT_CURRENCY } = filters;
  if (minPrice === undefined && maxPrice === undefined) return undefined;
  const bound = (basePrice: number): number => comparablePriceOf({ unit, basePrice, currency }).amount;
  return {
    ...priceGroupOf(filters),
    from: minPrice === undefined ? 0 : bound(minPrice),
    to: maxPrice === undefined ? Number.POSITIVE_INFINITY : bound(maxPrice),
  };
}

/** A product's price per the unit that a search asks for; null if it isn't comparable with that. */
export function pricePerOf(
  product: UnitPrice,
  { per = DEFAULT_PER, currency = DEFAULT_CURRENCY }: PriceTerms,
): { amount: number; unit: string } | null {
  const amount = product.currency === currency ? priceIn(product, per) : null;
  return amount === null ? null : { amount, unit: per };
}
