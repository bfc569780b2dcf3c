import type { AliasCandidates } from './vendor.js';

/** Kinds of price files that are known: docs/price-files.md shows each. */
export const PRICE_FILE_LAYOUTS = [
  'agmarknet',
  'agmarknet2-price-report',
  'agmarknet2-arrival-report',
  'data-gov-in-csv',
  'data-gov-in-json',
  'market-report-json',
  'enam-json',
  'portal-table',
] as const;

export type PriceFileLayout = (typeof PRICE_FILE_LAYOUTS)[number];

/** What an import did. */
export interface ImportSummary {
  /** On the events that the import causes, in `cause`. */
  importId: string;
  /** What the file was recognised as. */
  layout: PriceFileLayout;
  /** Data rows in the file. */
  rows: number;
  vendorsCreated: number;
  created: number;
  /** Reports that gave a product another price: of a newer day, or a revision of its day. */
  priceChanged: number;
  /** Reports of days before the day of the product's price. */
  recorded: number;
  /** Other reports of a day that had one. */
  revised: number;
  /** Reports that came again, or of a newer day with the same price. */
  unchanged: number;
  /** Rows taken with a price that had more than two decimals. */
  rounded: number;
  /** Rows taken without the minimum and maximum that the modal price contradicts. */
  contradictory: number;
  /** Rows taken with a price five times the one reported last within 30 days, or a fifth. */
  suspicious: number;
  rejected: number;
  /** The first hundred. */
  rejections: { line: number; reason: string }[];
  /** New markets that may be ones of another district: the first hundred. */
  aliasCandidates: AliasCandidates[];
}
