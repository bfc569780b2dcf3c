import type { Arrivals, ObservationFlag } from '../../contracts/index.js';

/** What one row of a price file says: what was paid for a product of a market on a day. */
export interface PriceReport {
  /** Of the file, from 1: the physical line at which the row begins, in JSON the number of the record. */
  line: number;
  /** Names as the file has them, trimmed and in NFC; a layout may have no district, which is `''` then. */
  state: string;
  district: string;
  market: string;
  commodity: string;
  /** May be `''`. */
  variety: string;
  /** May be `''`. */
  grade: string;
  /** The market day, yyyy-mm-dd, a day of the calendar. */
  day: string;
  /** Lowest and highest price of the day. Null if the file has none, or one that the modal price contradicts. */
  min: number | null;
  max: number | null;
  /** The price most was sold at: above 0, at most two decimals, at most 9,999,999,999.99. */
  modal: number;
  /** What the prices are for: a unit as products have it, such as `quintal`. */
  unit: string;
  /** ISO 4217. */
  currency: string;
  /** Null if the file doesn't say. Its unit is one of products, or as the file has it if it is none of those. */
  arrivals: Arrivals | null;
  flags: readonly ReportFlag[];
}

/**
 * `contradictory`: min and max were left out, as both were 0 or the modal price lay outside them. `rounded`: a price
 * had more than two decimals.
 */
export type ReportFlag = Exclude<ObservationFlag, 'suspicious'>;

/** A row that can be used, or why it can't be. */
export type ReportLine = { line: number; report: PriceReport } | { line: number; reason: string };
