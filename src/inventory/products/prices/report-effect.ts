import { isDeepStrictEqual } from 'node:util';
import { measureOf, type PriceObservation, type Product, type ProductUpdates } from '../../../contracts/index.js';
import { daysBetween } from '../../../infra/index.js';

/** A report as a price file has it, before it is known which one of its day it is. */
export type PriceReported = Omit<PriceObservation, 'revision'>;

/** What a report does to a product that is there. */
export interface ReportEffect {
  observation: PriceObservation;
  /** Empty for a report of an older day than the product's price is of. */
  updates: ProductUpdates;
}

/** What of the product decides about it. */
type PricedProduct = Pick<Product, 'pricedOn'>;

/** Days that an earlier report may be old, for a jump of the price to be worth a flag. */
export const JUMP_WITHIN_DAYS = 30;
export const JUMP = 5;

/**
 * What a report does: the newest day wins, on the same day the later report, and a report of an older day is only kept.
 * So the same reports in any order leave the same product, as long as no day has two that contradict each other (G10).
 *
 * @param latest the last report of the same day
 * @returns undefined if the report says nothing that `latest` doesn't
 */
export function effectOf(
  report: PriceReported,
  product: PricedProduct,
  latest: PriceObservation | undefined,
): ReportEffect | undefined {
  const said = latest ? amended(latest, report) : report;
  if (latest && isSame(latest, said)) return undefined;
  const observation = { ...said, revision: (latest?.revision ?? 0) + 1 };
  const isNewest = report.day >= product.pricedOn;
  return { observation, updates: isNewest ? updatesOf(said) : {} };
}

/** What the product shows of a report. */
export function updatesOf({ modal, min, max, unit, currency, day }: PriceReported): ProductUpdates {
  return { basePrice: modal, minPrice: min, maxPrice: max, unit, currency, pricedOn: day };
}

/**
 * Two files may tell different parts of one day: one has arrivals, the other has none; one has a range of prices, in
 * the other it contradicts the modal price. What a report leaves out stays as it was reported, the range only beside
 * the same price.
 */
function amended(latest: PriceObservation, report: PriceReported): PriceReported {
  const isSamePrice =
    latest.modal === report.modal && latest.unit === report.unit && latest.currency === report.currency;
  return {
    ...report,
    min: report.min ?? (isSamePrice ? latest.min : null),
    max: report.max ?? (isSamePrice ? latest.max : null),
    arrivals: report.arrivals ?? latest.arrivals,
  };
}

/** Where a report comes from, and what was odd about how it was written, are no part of what it says. */
function isSame(latest: PriceObservation, report: PriceReported): boolean {
  const { modal, min, max, unit, currency, arrivals } = report;
  return isDeepStrictEqual(
    [modal, min, max, unit, currency, arrivals],
    [latest.modal, latest.min, latest.max, latest.unit, latest.currency, latest.arrivals],
  );
}

/**
 * Whether a price is five times the one reported last, or a fifth of it, within 30 days. It isn't stored, since it
 * depends on which reports are there: a report of a day in between may come later.
 */
export function isSuspicious(report: PriceReported, before: PriceReported | undefined): boolean {
  if (!before || report.currency !== before.currency) return false;
  if (daysBetween(before.day, report.day) > JUMP_WITHIN_DAYS) return false;
  const [now, then] = [measureOf(report.unit), measureOf(before.unit)];
  if (now.per !== then.per) return false;
  const [price, earlier] = [report.modal / now.factor, before.modal / then.factor];
  return price >= earlier * JUMP || price * JUMP <= earlier;
}
