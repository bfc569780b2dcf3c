import type { ImportSummary } from '../../src/inventory/imports/import-summary.js';
import { HEADER, priceLine } from './agmarknet.js';

/** One row of a price file. */
export interface PriceRow {
  commodity: string;
  day: number;
  price: number;
}

/** What one product must have become: each price it had, in order. */
export type PriceHistories = Map<string, number[]>;

export type Counts = Pick<ImportSummary, 'rows' | 'created' | 'priceChanged' | 'unchanged' | 'rejected'>;

const COMMODITIES = ['Onion', 'Potato', 'Tomato', 'Wheat', 'Rice'];
const PRICES = [100, 200, 300];
const DAYS = 4;

/** Few products, few prices, in any order of days: the same price comes back again and again. */
export function randomRows(random: (below: number) => number): PriceRow[] {
  const products = 1 + random(COMMODITIES.length);
  const prices = 2 + random(PRICES.length - 1);
  return Array.from({ length: 8 + random(40) }, () => ({
    commodity: COMMODITIES[random(products)]!,
    day: 1 + random(DAYS),
    price: PRICES[random(prices)]!,
  }));
}

export const fileOf = (market: string, rows: readonly PriceRow[]): string =>
  [
    HEADER,
    ...rows.map(({ commodity, day, price }) => priceLine({ market, commodity, price, date: `0${day}/02/2026` })),
  ].join('\n');

/** Applies rows one by one, by day and then by line, as if there were nothing else: what an import has to amount to. */
export function applyInOrder(rows: readonly PriceRow[], histories: PriceHistories): Counts {
  const counts = { rows: rows.length, created: 0, priceChanged: 0, unchanged: 0, rejected: 0 };
  for (const { commodity, price } of [...rows].sort((one, other) => one.day - other.day)) {
    const history = histories.get(commodity);
    if (history === undefined) {
      histories.set(commodity, [price]);
      counts.created += 1;
    } else if (history.at(-1) === price) {
      counts.unchanged += 1;
    } else {
      history.push(price);
      counts.priceChanged += 1;
    }
  }
  return counts;
}
