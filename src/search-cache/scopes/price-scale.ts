/** Up to the highest price there can be. */
const DECADES = 10;

const round = (bound: number): number => Math.round(bound * 100) / 100;

/** Prices cut into brackets, the same in every decade. The first one reaches from 0 to 1. */
export class PriceScale {
  private readonly bounds: readonly number[];

  /** @param steps lower bounds of the brackets within one decade, from 1 to 10 */
  constructor(steps: readonly number[]) {
    const decades = Array.from({ length: DECADES }, (_none, decade) => 10 ** decade);
    const bounds = decades.flatMap((decade) => steps.map((step) => round(step * decade)));
    // Fine steps below 2 differ by less than two decimals can tell.
    this.bounds = [...new Set([0, ...bounds])];
  }

  /** Number of the bracket; never smaller for a higher price. */
  indexOf(price: number): number {
    let low = 0;
    let high = this.bounds.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.bounds[middle]! <= price) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Brackets that the closed range touches, named by their lower bounds; an empty range touches none. */
  between(min: number, max: number): string[] {
    return min > max ? [] : this.bounds.slice(this.indexOf(min), this.indexOf(max) + 1).map(String);
  }
}
