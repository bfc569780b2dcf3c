import { setImmediate as endOfTurn } from 'node:timers/promises';

/** Milliseconds of work after which others get the event loop. */
const SLICE = 8;

/** A slice of the event loop's time, from its making on. */
export class TimeSlice {
  private readonly end: number;

  constructor(milliseconds = SLICE) {
    this.end = performance.now() + milliseconds;
  }

  get isOver(): boolean {
    return performance.now() > this.end;
  }
}

/**
 * Work on many items that keeps the event loop busy for milliseconds at most, however many there are and whatever each
 * takes. Resolves without having waited if all of it takes less than a slice.
 *
 * @param milliseconds of a slice
 */
export async function inSlices<Item>(
  items: Iterable<Item>,
  work: (item: Item) => void,
  milliseconds = SLICE,
): Promise<void> {
  let slice = new TimeSlice(milliseconds);
  for (const item of items) {
    if (slice.isOver) {
      await endOfTurn();
      slice = new TimeSlice(milliseconds);
    }
    work(item);
  }
}
