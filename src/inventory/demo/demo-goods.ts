import type { NewProduct } from '../../contracts/index.js';
import type { GlossaryEntry } from '../glossary/index.js';

/** A way in which a good is sold. */
interface Sale {
  unit: string;
  unitWeightKg?: number;
  /** Rupees per unit around which demo prices lie. */
  price: number;
  varieties?: readonly string[];
  grades?: readonly string[];
}

const FAQ = ['FAQ', 'Medium', 'Non-FAQ'];
const BUNCH: readonly Sale[] = [{ unit: 'bunch', price: 12 }];

/** Where a commodity has no way of its own: grain by the quintal, what goes into a bag by the kilogram. */
const OF_CATEGORIES: Readonly<Record<string, Sale>> = {
  vegetables: { unit: 'kg', price: 24, varieties: ['Local', 'Hybrid'], grades: ['A', 'B'] },
  fruits: { unit: 'kg', price: 55, grades: ['Large', 'Medium', 'Small'] },
  cereals: { unit: 'quintal', price: 2_300, varieties: ['Local', 'Sharbati', '147 Average'], grades: FAQ },
  pulses: { unit: 'quintal', price: 6_800, varieties: ['Local', 'Desi'], grades: FAQ },
  oilseeds: { unit: 'quintal', price: 6_200, varieties: ['Local', 'Bold'], grades: FAQ },
  spices: { unit: 'quintal', price: 14_000, varieties: ['Local', 'Finger', 'Bulb'], grades: FAQ },
  flowers: { unit: 'kg', price: 60, varieties: ['Local'] },
  'dry-fruits': { unit: 'kg', price: 520, grades: ['Whole', 'Split'] },
  'oils-and-fats': { unit: 'litre', price: 160 },
};

/** By slug; markets take turns with the ways. */
const OF_COMMODITIES: Readonly<Record<string, readonly Sale[]>> = {
  ...Object.fromEntries(
    ['coriander-leaves', 'fenugreek-leaves', 'mint', 'curry-leaves', 'spinach', 'amaranth-leaves'].map((slug) => [
      slug,
      BUNCH,
    ]),
  ),
  tomato: ways(['Hybrid', 'Local'], { unit: 'crate', unitWeightKg: 25, price: 620 }, { unit: 'kg', price: 26 }),
  onion: ways(
    ['Red', 'White', 'Nasik'],
    { unit: 'quintal', price: 2_700 },
    { unit: 'kg', price: 28 },
    { unit: 'bag', unitWeightKg: 50, price: 1_380 },
  ),
  potato: ways(
    ['Jyoti', 'Pukhraj', 'Local'],
    { unit: 'kg', price: 21 },
    { unit: 'bag', unitWeightKg: 50, price: 930 },
    { unit: 'tonne', price: 18_500 },
  ),
  banana: ways(['Robusta', 'Elaichi', 'Nendran'], { unit: 'dozen', price: 48 }),
  mango: ways(['Alphonso', 'Kesar', 'Dasheri'], { unit: 'dozen', price: 420 }, { unit: 'kg', price: 95 }),
  apple: ways(['Royal Delicious', 'Golden'], { unit: 'box', unitWeightKg: 20, price: 2_200 }),
  grapes: ways(['Thompson', 'Sharad'], { unit: 'crate', unitWeightKg: 10, price: 720 }),
  orange: ways(['Nagpur'], { unit: 'dozen', price: 90 }),
  lemon: ways(['Local'], { unit: 'hundred', price: 350 }),
  pineapple: ways(['Queen'], { unit: 'piece', price: 40 }),
  coconut: ways(['Local'], { unit: 'hundred', price: 2_600 }, { unit: 'piece', price: 28 }),
  'tender-coconut': ways(['Local'], { unit: 'piece', price: 35 }),
  cauliflower: ways(['Local'], { unit: 'piece', price: 30 }),
  rose: ways(['Red', 'Pink'], { unit: 'bunch', price: 45 }),
  lotus: ways(['Local'], { unit: 'piece', price: 8 }),
  ghee: ways(['Cow', 'Buffalo'], { unit: 'kg', price: 560 }),
  butter: ways(['White'], { unit: 'kg', price: 430 }),
};

function ways(varieties: readonly string[], ...sales: Sale[]): readonly Sale[] {
  return sales.map((sale) => ({ varieties, grades: ['A', 'B'], ...sale }));
}

export const isOffered = ({ category }: GlossaryEntry): boolean => category in OF_CATEGORIES;

/** What a demo product is and costs; the same for the same number. */
export function demoGood(entry: GlossaryEntry, number: number): Omit<NewProduct, 'vendorId' | 'category' | 'name'> {
  const sales = OF_COMMODITIES[entry.slug] ?? [OF_CATEGORIES[entry.category]!];
  const { unit, unitWeightKg = null, price, varieties, grades } = sales[number % sales.length]!;
  const spread = 0.6 + ((number * 37) % 80) / 100;
  return {
    commodity: entry.slug,
    variety: varieties?.[number % varieties.length] ?? null,
    grade: grades?.[(number >> 2) % grades.length] ?? null,
    unit,
    unitWeightKg,
    basePrice: rounded(price * spread),
  };
}

/** As prices are called out: halves below 100, tens from 1,000 on. */
function rounded(price: number): number {
  const step = price < 100 ? 0.5 : price < 1_000 ? 1 : 10;
  return Math.max(step, Math.round(price / step) * step);
}
