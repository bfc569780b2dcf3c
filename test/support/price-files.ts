import type { ImportSummary } from '../../src/contracts/index.js';
import type { PriceReport } from '../../src/inventory/imports/price-report.js';
import { HEADER, priceLine } from './agmarknet.js';

/** One row of a price file. */
export interface PriceRow {
  commodity: string;
  day: number;
  price: number;
}

/** A report of the day's price, as the reader gives it. */
export const priceReport = (report: Partial<PriceReport> = {}): PriceReport => ({
  line: 2,
  state: 'Delhi',
  district: 'North Delhi',
  market: 'Azadpur',
  commodity: 'Onion',
  variety: 'Red',
  grade: 'FAQ',
  day: '2026-02-01',
  min: 1,
  max: 99_999,
  modal: 2_400,
  unit: 'quintal',
  currency: 'INR',
  arrivals: null,
  flags: [],
  ...report,
});

/** The row that specs of layouts have in every form, from the second line of a CSV file. */
export const WHEAT = priceReport({
  state: 'Gujarat',
  district: 'Amreli',
  market: 'APMC Bagasara',
  commodity: 'Wheat',
  variety: 'Lokwan Gujrat',
  day: '2025-10-04',
  min: 2_050,
  max: 2_585,
  modal: 2_317,
});

/** What one product must have become. */
export interface PriceHistory {
  /** Each price it had, in order. */
  prices: number[];
  /** The day of the last one. */
  day: number;
  /** The last report of each day. */
  reports: Map<number, number>;
}

/** By commodity. */
export type PriceHistories = Map<string, PriceHistory>;

export type Counts = Pick<
  ImportSummary,
  'rows' | 'created' | 'priceChanged' | 'recorded' | 'revised' | 'unchanged' | 'rejected'
>;

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
  const counts = { rows: rows.length, created: 0, priceChanged: 0, recorded: 0, revised: 0, unchanged: 0, rejected: 0 };
  for (const { commodity, day, price } of [...rows].sort((one, other) => one.day - other.day)) {
    const history = histories.get(commodity);
    if (history === undefined) {
      histories.set(commodity, { prices: [price], day, reports: new Map([[day, price]]) });
      counts.created += 1;
      continue;
    }
    const reported = history.reports.get(day);
    history.reports.set(day, price);
    const isNewest = day >= history.day;
    if (isNewest) history.day = day;
    if (reported === price) {
      counts.unchanged += 1;
    } else if (isNewest && history.prices.at(-1) !== price) {
      history.prices.push(price);
      counts.priceChanged += 1;
    } else if (reported !== undefined) {
      counts.revised += 1;
    } else if (isNewest) {
      counts.unchanged += 1;
    } else {
      counts.recorded += 1;
    }
  }
  return counts;
}
