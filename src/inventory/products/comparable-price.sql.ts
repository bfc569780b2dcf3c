import { UNITS } from '../../contracts/index.js';

/** SQL of the fields that decide how a price compares, as `contracts/units.ts` has them. */
interface UnitPriceSql {
  /** `text` */
  unit: string;
  /** `numeric`, or null */
  unitWeightKg: string;
  /** `numeric` */
  basePrice: string;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** SQL of `measureOf(…).per`. */
export function dimensionSql({ unit, unitWeightKg }: Omit<UnitPriceSql, 'basePrice'>): string {
  const ofUnits = [...new Set(Object.values(UNITS).map(({ per }) => per))].map((per) => {
    const units = Object.keys(UNITS).filter((name) => UNITS[name]!.per === per);
    return `WHEN ${unit} IN (${units.map(literal).join(', ')}) THEN ${literal(per)}`;
  });
  return `CASE ${ofUnits.join(' ')} WHEN ${unitWeightKg} IS NULL THEN ${unit} ELSE 'kg' END`;
}

/**
 * SQL of `comparablePriceOf(…).amount`, in the very same digits: a quotient has at least the decimals of its divisor,
 * and with 20 of them no rounding to six can go another way than that of the exact quotient.
 */
export function comparablePriceSql({ unit, unitWeightKg, basePrice }: UnitPriceSql): string {
  const factors = Object.entries(UNITS).map(([name, { factor }]) => `WHEN ${literal(name)} THEN ${factor}`);
  const factor = `CASE ${unit} ${factors.join(' ')} ELSE coalesce(${unitWeightKg}::numeric(26, 20), 1) END`;
  return `round(${basePrice} / ${factor}, 6)`;
}
