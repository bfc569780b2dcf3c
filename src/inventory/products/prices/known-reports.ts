import type { PriceObservation } from '../../../contracts/index.js';

/** A stored report and its product. */
export interface KnownReport {
  productId: string;
  report: PriceObservation;
}

/** The reports that a batch of new ones is compared with: stored ones, and those of the batch so far. */
export class KnownReports {
  private readonly byProduct = new Map<string, Map<string, PriceObservation>>();

  constructor(stored: Iterable<KnownReport>) {
    for (const { productId, report } of stored) this.add(productId, report);
  }

  /** The last report of a day. */
  ofDay(productId: string, day: string): PriceObservation | undefined {
    return this.byProduct.get(productId)?.get(day);
  }

  /** The report of the last day before. */
  before(productId: string, day: string): PriceObservation | undefined {
    let last: PriceObservation | undefined;
    for (const report of this.byProduct.get(productId)?.values() ?? []) {
      if (report.day < day && (last === undefined || report.day > last.day)) last = report;
    }
    return last;
  }

  add(productId: string, report: PriceObservation): void {
    const days = this.byProduct.get(productId);
    if (days) days.set(report.day, report);
    else this.byProduct.set(productId, new Map([[report.day, report]]));
  }
}
