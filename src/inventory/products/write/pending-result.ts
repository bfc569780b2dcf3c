import type { ProductWrite, WriteOutcome } from './product-command.js';

/**
 * The outcomes of writes that are asked for in one call: a promise for each of a thousand would be most of what waits.
 */
export class PendingResult {
  readonly promise: Promise<WriteOutcome[]>;
  /** Milliseconds on a clock that only goes on. */
  readonly since = performance.now();
  fail!: (error: unknown) => void;
  private resolve!: (outcomes: WriteOutcome[]) => void;
  private readonly outcomes: WriteOutcome[];

  /** @param open how many writes have no outcome yet */
  constructor(private open: number) {
    this.outcomes = new Array<WriteOutcome>(open);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.fail = reject;
    });
    if (open === 0) this.resolve(this.outcomes);
  }

  give(place: number, outcome: WriteOutcome): void {
    this.outcomes[place] = outcome;
    this.open -= 1;
    if (this.open === 0) this.resolve(this.outcomes);
  }
}

export interface Waiting {
  write: ProductWrite;
  answer: PendingResult;
  /** Among the outcomes of the answer. */
  place: number;
}
