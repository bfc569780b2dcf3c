import { UNITS } from '../../contracts/index.js';
import { dimensionSql } from '../../inventory/index.js';

/** SQL of what a price is per: `kg`, `piece`, `litre`, or the unit itself. */
export const perSql = (unit: string, unitWeightKg: string): string => dimensionSql({ unit, unitWeightKg });

/**
 * SQL of a price per one of `perSql`, not rounded: exact for all units but the dozen, and crates and the like whose
 * weight has no finite inverse, which have 20 decimals. `roundedSql` takes a mean of them back to the exact paisa.
 */
export function unitPriceSql(price: string, unit: string, unitWeightKg: string): string {
  const units = Object.entries(UNITS).map(([name, { factor }]) => `WHEN '${name}' THEN ${perFactor(price, factor)}`);
  return `CASE ${unit} ${units.join(' ')} ELSE ${price} / coalesce(${unitWeightKg}::numeric(26, 20), 1) END`;
}

/** A multiplication, where the inverse is a decimal: its result has no more digits than it needs. */
function perFactor(price: string, factor: number): string {
  if (factor === 1) return price;
  const inverse = Number((1 / factor).toFixed(6));
  return Math.round(inverse * factor * 1e6) === 1e6 ? `${price} * ${inverse}` : `${price} / ${factor}::numeric(26, 20)`;
}

/**
 * SQL of an amount in rupees and paise. What a division has cut off behind the 20th decimal must not decide which paisa
 * is nearest, so it is rounded to ten decimals before.
 */
export const roundedSql = (amount: string): string => `round(round(${amount}, 10), 2)`;
