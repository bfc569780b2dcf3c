import { setImmediate as endOfTurn } from 'node:timers/promises';

/** Milliseconds of work after which others get the event loop. */
const SLICE = 8;

/**
 * Work on many items that keeps the event loop busy for milliseconds at most, however many there are and whatever each
 * takes. Resolves without having waited if all of it takes less than a slice.
 */
export async function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let began = performance.now();
  for (const item of items) {
    if (performance.now() - began > SLICE) {
      await endOfTurn();
      began = performance.now();
    }
    work(item);
  }
}
