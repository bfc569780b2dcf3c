import type { PriceObservation } from './inventory-event.js';

/** The price of a product on one market day, as it was reported last. */
export type MarketPrice = PriceObservation & {
  /** When the report became known; ISO 8601, UTC, milliseconds. */
  recordedAt: string;
  /** Of the event that the report came with. */
  position: number;
};

export interface MarketPricesPage {
  /** Newest day first, one for each day. */
  items: MarketPrice[];
  nextCursor: string | null;
}
