import { setImmediate as endOfTurn } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../../infra/index.js';
import type { ProductWrite, WriteOutcome } from './product-command.js';

/** Milliseconds a write may have waited for a batch that failed, and still go out with the next one. */
const PATIENCE = 1_000;

interface Waiting {
  write: ProductWrite;
  /** Milliseconds on a clock that only goes on. */
  since: number;
  resolve: (outcome: WriteOutcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Writes one batch at a time; what arrives meanwhile becomes the next batch. So a lone write goes out at once, and
 * under load concurrent single writes travel as one array statement, with no timer to tune. A batch begins when the event
 * loop has handled what there is: then it takes along the writes of this turn, and those of the batch before have been answered.
 */
export class WriteLane {
  private waiting: Waiting[] = [];
  private busy = false;

  constructor(
    private readonly execute: (writes: ProductWrite[]) => Promise<WriteOutcome[]>,
    private readonly batchLimit: number,
  ) {}

  get depth(): number {
    return this.waiting.length;
  }

  submit(write: ProductWrite): Promise<WriteOutcome> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ write, since: performance.now(), resolve, reject });
      if (this.busy) return;
      this.busy = true;
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.batchLimit);
      try {
        const outcomes = await this.execute(batch.map(({ write }) => write));
        batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
        await endOfTurn();
      } catch (error) {
        const impatient = isDatabaseUnavailable(error) ? this.takeImpatient() : [];
        for (const { reject } of [...batch, ...impatient]) reject(error);
      }
    }
    this.busy = false;
  }

  /** A database that hangs takes its whole time-out for each batch; whoever waits must not wait for two of them. */
  private takeImpatient(): Waiting[] {
    const latest = performance.now() - PATIENCE;
    const patient = this.waiting.findIndex(({ since }) => since > latest);
    return this.waiting.splice(0, patient < 0 ? this.waiting.length : patient);
  }
}
