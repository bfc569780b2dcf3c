import type { Availability, ProductFilters } from '../../src/contracts/index.js';
import { entries } from '../../src/inventory/glossary/index.js';
import { pick } from '../hit-ratio/random.js';

/** `filters`: category, price range and availability. `text`: a commodity's name as well. */
export type MissShape = 'filters' | 'text';

const CATEGORIES = ['vegetables', 'fruits', 'cereals', 'pulses', 'spices', 'oilseeds'];

/** A price range with random cents, per quintal as the catalogue is: one in a million is ever asked for again. */
export function missFilters(shape: MissShape, random: () => number): ProductFilters {
  const minPrice = Math.round(10 ** (1 + 2 * random()) * 100) / 100;
  const maxPrice = Math.round(minPrice * (2 + 3 * random()) * 100) / 100;
  const availability: Availability = 'available';
  const range = { per: 'quintal', minPrice, maxPrice };
  if (shape === 'filters') return { category: pick(CATEGORIES, random), ...range, availability };
  const { name, category } = pick(entries, random);
  return { q: name.slice(0, 200), category, ...range, availability };
}

export function missQuery(shape: MissShape, random: () => number): Record<string, string> {
  return Object.fromEntries(Object.entries(missFilters(shape, random)).map(([name, value]) => [name, String(value)]));
}
