/** From a paisa, such as a piece may cost, to more than a tonne of anything does: the ends are open. */
const DECADES = Array.from({ length: 12 }, (_none, index) => 10 ** (index - 2));

/** As exact as comparable prices are. */
const round = (bound: number): number => Math.round(bound * 1e6) / 1e6;

/** Comparable prices cut into brackets, the same in every decade. The first one reaches from 0 to 0.01. */
export class PriceScale {
  private readonly bounds: readonly number[];

  /** @param steps lower bounds of the brackets within one decade, from 1 to 10 */
  constructor(steps: readonly number[]) {
    this.bounds = [0, ...DECADES.flatMap((decade) => steps.map((step) => round(step * decade)))];
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
