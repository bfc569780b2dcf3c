import type { Clock } from '../clock/clock.js';

export interface Polling {
  /** Milliseconds between two polls, and before the first: callers have mostly just looked. */
  every: number;
  /** Milliseconds after which it gives up, at the end of a poll. */
  atMost: number;
  clock: Clock;
}

/** Polls until `condition` holds. @returns false if it never did in time */
export async function pollUntil(
  condition: () => boolean | Promise<boolean>,
  { every, atMost, clock }: Polling,
): Promise<boolean> {
  const began = clock.monotonic();
  while (!clock.hasElapsed(atMost, began)) {
    await new Promise((resolve) => setTimeout(resolve, every));
    if (await condition()) return true;
  }
  return false;
}
