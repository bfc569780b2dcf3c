import type { Arrivals } from '../../../../contracts/index.js';

/** How price files write the units that products have, in small letters and without dots and blanks. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  g: ['g', 'gm', 'gms', 'gram', 'grams'],
  kg: ['kg', 'kgs', 'kilo', 'kilogram', 'kilograms'],
  quintal: ['quintal', 'quintals', 'qui', 'qtl', 'qtls'],
  tonne: ['tonne', 'tonnes', 'ton', 'tons', 'mt', 'metrictonne', 'metrictonnes', 'metricton', 'metrictons'],
  piece: ['piece', 'pieces', 'pcs', 'no', 'nos', 'number', 'numbers'],
  dozen: ['dozen', 'dozens', 'doz'],
  hundred: ['hundred', 'hundreds', '100nos'],
  thousand: ['thousand', 'thousands', '1000nos'],
  ml: ['ml', 'millilitre', 'millilitres'],
  litre: ['litre', 'litres', 'liter', 'liters', 'ltr', 'ltrs'],
};

const UNITS = new Map(Object.entries(SPELLINGS).flatMap(([unit, texts]) => texts.map((text) => [text, unit] as const)));

/** Kilograms in one of it. */
const MASSES: Readonly<Record<string, number>> = { g: 0.001, kg: 1, quintal: 100, tonne: 1_000 };

/** `Rs./`, `Rs `, `INR per`, `₹/` before a unit; the portal has no other currency. */
const RUPEES = /^(?:rs\.?|inr|₹)\s*(?:\/|per\b)?\s*/i;

/** A file has few units, and they are asked for in every row. */
const MOST_REMEMBERED = 100;
const remembered = new Map<string, string | undefined>();

/** The unit that products have for `Rs./Quintal`, `Qui` or `Metric Tonnes`; undefined if there is none. */
export function unitOf(text: string): string | undefined {
  if (remembered.has(text)) return remembered.get(text);
  const spelling = text.replace(RUPEES, '').toLowerCase().replaceAll(/[\s.]/g, '');
  const unit = UNITS.get(spelling);
  if (remembered.size < MOST_REMEMBERED) remembered.set(text, unit);
  return unit;
}

export function arrivalsOf(quantity: number, unitText: string): Arrivals {
  const unit = unitOf(unitText);
  const mass = unit === undefined ? undefined : MASSES[unit];
  // Grams are the finest unit there is and quantities have few decimals: the product is exact after rounding.
  const kg = mass === undefined ? null : Number((quantity * mass).toFixed(6));
  return { quantity, unit: unit ?? unitText, kg };
}
