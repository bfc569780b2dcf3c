import { setImmediate as endOfTurn } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../../database/index.js';
import { isLocated, type ProductWrite, textLengthOf, type WriteOutcome } from './product-command.js';

/** Milliseconds a write may have waited for a batch that failed, and still go out with the next one. */
const MAX_WAIT_AFTER_FAILURE = 1_000;

/**
 * Characters of names and descriptions in one batch, unless a single write has more. It bounds what is made into one
 * statement, and read back by the relay, in one go: the event loop is busy for some milliseconds, where a whole body of
 * 4 MB takes a hundred.
 */
const MOST_TEXT = 256 * 1024;

/** How many of the first `most` writes go into one batch. */
export function countThatFits(writes: readonly { write: ProductWrite }[], most: number): number {
  let text = 0;
  for (let count = 0; count < most; count += 1) {
    text += textLengthOf(writes[count]!.write.command);
    if (text > MOST_TEXT && count > 0) return count;
  }
  return most;
}

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

interface Waiting {
  write: ProductWrite;
  answer: PendingResult;
  /** Among the outcomes of the answer. */
  place: number;
}

/**
 * Writes one batch at a time; what arrives meanwhile becomes the next batch. So a lone write goes out at once, and
 * under load concurrent single writes travel as one array statement, with no timer to tune. A batch begins when the
 * event loop has handled what there is: then it takes along the writes of this turn, and those of the batch before have
 * been answered.
 */
export class WriteBatcher {
  private waiting: Waiting[] = [];
  private busy = false;

  constructor(
    private readonly execute: (writes: ProductWrite[]) => Promise<WriteOutcome[]>,
    private readonly batchLimit: number,
  ) {}

  get depth(): number {
    return this.waiting.length;
  }

  submit(write: ProductWrite, answer: PendingResult, place: number): void {
    this.waiting.push({ write, answer, place });
    if (this.busy) return;
    this.busy = true;
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.take();
      try {
        const outcomes = await this.execute(batch.map(({ write }) => write));
        batch.forEach(({ answer, place }, index) => answer.give(place, outcomes[index]!));
        await endOfTurn();
      } catch (error) {
        const impatient = isDatabaseUnavailable(error) ? this.takeImpatient() : [];
        for (const { answer } of [...batch, ...impatient]) answer.fail(error);
      }
    }
    this.busy = false;
  }

  /** From the front, as many as fit and are changed in the same way; without an import that is all of them. */
  private take(): Waiting[] {
    const located = isLocated(this.waiting[0]!.write.command);
    const most = Math.min(this.waiting.length, this.batchLimit);
    let count = 1;
    while (count < most && isLocated(this.waiting[count]!.write.command) === located) count += 1;
    return this.waiting.splice(0, countThatFits(this.waiting, count));
  }

  /** A database that hangs takes its whole time-out for each batch; a write must not wait for two of them. */
  private takeImpatient(): Waiting[] {
    const latest = performance.now() - MAX_WAIT_AFTER_FAILURE;
    const patient = this.waiting.findIndex(({ answer }) => answer.since > latest);
    return this.waiting.splice(0, patient < 0 ? this.waiting.length : patient);
  }
}
