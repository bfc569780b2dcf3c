import type { ProductWrite, WriteOutcome } from './product-command.js';

interface Waiting {
  write: ProductWrite;
  resolve: (outcome: WriteOutcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Writes one batch at a time; what arrives meanwhile becomes the next batch. So a lone write goes out at once, and
 * under load concurrent single writes travel as one array statement, with no timer to tune.
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
      this.waiting.push({ write, resolve, reject });
      if (this.busy) return;
      this.busy = true;
      // After the current tick, so that the writes of one bulk request go out together.
      queueMicrotask(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.batchLimit);
      try {
        const outcomes = await this.execute(batch.map(({ write }) => write));
        batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.busy = false;
  }
}
