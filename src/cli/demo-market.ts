/** How the demo's prices and stock move. Pure; `random` gives numbers from 0 up to, not including, 1. */
export type Random = () => number;

export const AVAILABILITIES = ['available', 'limited', 'out_of_stock'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

const PRICE_STEP = 0.5; // rupees
const SMALLEST_MOVE = 0.005;
const LARGEST_MOVE = 0.06;

/**
 * A move of 0.5 to 6 %, to a whole rupee or fifty paise, and always to another price. The further the price is from
 * where it started, the likelier it moves back: at 15 % away, nineteen times in twenty.
 */
export function nextPrice(price: number, start: number, random: Random): number {
  const drift = Math.log(price / start);
  const chanceUp = 0.5 - Math.min(Math.max(drift * 3, -0.45), 0.45);
  const direction = random() < chanceUp ? 1 : -1;
  const move = SMALLEST_MOVE + random() * (LARGEST_MOVE - SMALLEST_MOVE);
  const moved = Math.max(Math.round((price * (1 + direction * move)) / PRICE_STEP) * PRICE_STEP, PRICE_STEP);
  if (moved !== price) return moved;
  return price > PRICE_STEP ? price + direction * PRICE_STEP : price + PRICE_STEP;
}

/** Another availability than now; what ran low or out is mostly back next. */
export function nextAvailability(now: Availability, random: Random): Availability {
  if (now === 'available') return random() < 0.7 ? 'limited' : 'out_of_stock';
  if (random() < 0.7) return 'available';
  return now === 'limited' ? 'out_of_stock' : 'limited';
}
