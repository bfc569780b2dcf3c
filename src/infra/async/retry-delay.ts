/** Milliseconds before the second attempt, and the most between two. */
const FIRST = 1_000;
const MOST = 900_000;

/**
 * Milliseconds after so many failed attempts: doubled each time, and up to a quarter more by chance, so that what has
 * failed together isn't tried again together.
 */
export function retryDelay(attempts: number, random: () => number = Math.random): number {
  const most = Math.min(MOST, FIRST * 1.25 * 2 ** Math.min(attempts - 1, 20));
  return Math.round(most * (0.8 + 0.2 * random()));
}
