import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. */
const LONGEST_REST = 500;

/**
 * Does work that keeps the event loop busy one piece after the other, and leaves the loop to everybody else after each for as
 * long as it took: otherwise pieces that are due together block it for the sum of them, and time-outs expire of what
 * couldn't be looked at.
 */
export class Turns {
  private free: Promise<unknown> = Promise.resolve();

  /** What `work` returns or throws, once it is its turn. */
  take<Result>(work: () => Result): Promise<Result> {
    let took = 0;
    const turn = this.free.then(() => {
      const began = performance.now();
      try {
        return work();
      } finally {
        took = performance.now() - began;
      }
    });
    const rest = (): Promise<void> => sleep(Math.min(took, LONGEST_REST), undefined, { ref: false });
    this.free = turn.then(rest, rest);
    return turn;
  }
}
