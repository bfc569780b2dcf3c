import { setImmediate as endOfTurn } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../../database/index.js';
import type { BatchExecutor } from './batch-executor.js';
import { HeldBackWrites } from './held-back-writes.js';
import type { LockedProducts } from './locked-products.js';
import type { PendingResult, Waiting } from './pending-result.js';
import { MOST_TEXT, type ProductWrite, textLengthOf } from './product-command.js';

/** Milliseconds a write may have waited for a batch that failed, and still go out with the next one. */
const MAX_WAIT_AFTER_FAILURE = 1_000;

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
 * Writes one batch at a time; what arrives meanwhile becomes the next batch. So a lone write goes out at once, and
 * under load concurrent single writes travel as one array statement, with no timer to tune. A batch begins when the
 * event loop has handled what there is: then it takes along the writes of this turn, and those of the batch before have
 * been answered. A write whose product is locked leaves the batch (`HeldBackWrites`).
 */
export class WriteBatcher {
  private waiting: Waiting[] = [];
  private busy = false;
  private readonly heldBack: HeldBackWrites;

  constructor(
    private readonly executor: Pick<BatchExecutor, 'execute' | 'executeHeldBack'>,
    locked: LockedProducts,
    private readonly batchLimit: number,
  ) {
    this.heldBack = new HeldBackWrites((writes) => executor.executeHeldBack(writes), locked, batchLimit);
  }

  get depth(): number {
    return this.waiting.length + this.heldBack.depth;
  }

  submit(write: ProductWrite, answer: PendingResult, place: number): void {
    const waiting = { write, answer, place };
    if (this.heldBack.has(write)) return this.heldBack.add(waiting);
    this.waiting.push(waiting);
    if (this.busy) return;
    this.busy = true;
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.take();
      try {
        const outcomes = await this.executor.execute(batch.map(({ write }) => write));
        const locked: Waiting[] = [];
        batch.forEach((waiting, index) => {
          const outcome = outcomes[index];
          if (outcome) waiting.answer.give(waiting.place, outcome);
          else locked.push(waiting);
        });
        if (locked.length > 0) this.holdBack(locked);
        await endOfTurn();
      } catch (error) {
        const impatient = isDatabaseUnavailable(error) ? this.takeImpatient() : [];
        for (const { answer } of [...batch, ...impatient]) answer.fail(error);
      }
    }
    this.busy = false;
  }

  /** Together with those behind them that have the same keys. */
  private holdBack(locked: readonly Waiting[]): void {
    for (const one of locked) this.heldBack.add(one);
    const others: Waiting[] = [];
    for (const one of this.waiting) {
      if (this.heldBack.has(one.write)) this.heldBack.add(one);
      else others.push(one);
    }
    this.waiting = others;
  }

  /** From the front, as many as fit and are changed in the same way; without an import that is all of them. */
  private take(): Waiting[] {
    const reports = isReport(this.waiting[0]!);
    const most = Math.min(this.waiting.length, this.batchLimit);
    let count = 1;
    while (count < most && isReport(this.waiting[count]!) === reports) count += 1;
    return this.waiting.splice(0, countThatFits(this.waiting, count));
  }

  /** A database that hangs takes its whole time-out for each batch; a write must not wait for two of them. */
  private takeImpatient(): Waiting[] {
    const latest = performance.now() - MAX_WAIT_AFTER_FAILURE;
    const patient = this.waiting.findIndex(({ answer }) => answer.since > latest);
    return this.waiting.splice(0, patient < 0 ? this.waiting.length : patient);
  }
}

const isReport = ({ write }: Waiting): boolean => write.command.kind === 'report';
