import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. */
const LONGEST_REST = 500;

/**
 * Does work that keeps the event loop (or PostgreSQL) busy one piece after the other, and leaves it to everybody else
 * after each for as long as it took: otherwise pieces that are due together block it for the sum of them, and time-outs
 * expire of what couldn't be looked at.
 */
export class FairCpuQueue {
  private free: Promise<unknown> = Promise.resolve();

  /**
   * What `work` returns, resolves to or throws, once it is its turn. The turn ends when the promise it returns does.
   */
  take<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    let took = 0;
    const turn = this.free.then(async () => {
      const began = performance.now();
      try {
        return await work();
      } finally {
        took = performance.now() - began;
      }
    });
    const rest = (): Promise<void> => sleep(Math.min(took, LONGEST_REST), undefined, { ref: false });
    this.free = turn.then(rest, rest);
    return turn;
  }
}
