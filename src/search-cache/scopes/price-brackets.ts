/**
 * Prices are cut into brackets, six a decade: narrow enough that a change in one leaves most price searches alone,
 * few enough that a search's range overlaps only a handful.
 */
const STEPS = [1, 1.5, 2, 3, 5, 7];
const DECADES = 10;
const BOUNDS = [
  0,
  ...Array.from({ length: DECADES }, (_none, decade) => STEPS.map((step) => step * 10 ** decade)).flat(),
];

/** Lower bound of the bracket that a price lies in; it names the bracket. */
export function bracketOf(price: number): string {
  return String(BOUNDS[indexOf(price)]);
}

export const ALL_BRACKETS: readonly string[] = BOUNDS.map(String);

/** Brackets that the closed range from `min` to `max` touches; an empty range touches none. */
export function bracketsOf(min = 0, max = Number.POSITIVE_INFINITY): string[] {
  return min > max ? [] : ALL_BRACKETS.slice(indexOf(min), indexOf(max) + 1);
}

function indexOf(price: number): number {
  let index = 0;
  while (index + 1 < BOUNDS.length && BOUNDS[index + 1]! <= price) index += 1;
  return index;
}
