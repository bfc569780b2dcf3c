import { LOCK_WAIT, type LockedProducts, ProductLockedError } from './locked-products.js';
import type { Waiting } from './pending-result.js';
import { keyOf, type ProductWrite, type WriteOutcome } from './product-command.js';

/** Writes of a batcher that may wait for locked products; beyond it they are refused at once. */
const MOST = 1_000;
/** Milliseconds that a write has waited before the log says for whom: an import's page takes less. */
const WARN_AFTER = 1_000;

/** Undefined: the product is still locked, and nothing has been done. */
type Execute = (writes: ProductWrite[]) => Promise<(WriteOutcome | undefined)[]>;

/**
 * Writes of one batcher whose products other sessions keep locked. They go on in batches of their own, so that the
 * batcher's others don't wait for them: each batch waits for the first locked row until PostgreSQL gives up, then
 * does what has become free. A write is refused when it has waited for as long as a statement would have (`LOCK_WAIT`).
 *
 * Maintained invariant: writes with one key take effect in the order in which they were submitted. As long as one of
 * them is here, all later ones come here as well (`has`), behind it.
 */
export class HeldBackWrites {
  private writes: Waiting[] = [];
  /** How many of them have the key. */
  private readonly keys = new Map<string, number>();
  private working = false;

  constructor(
    private readonly execute: Execute,
    private readonly locked: LockedProducts,
    private readonly batchLimit: number,
  ) {}

  get depth(): number {
    return this.writes.length;
  }

  has({ command }: ProductWrite): boolean {
    return this.keys.size > 0 && this.keys.has(keyOf(command));
  }

  add(waiting: Waiting): void {
    if (this.writes.length >= MOST) return refuse(waiting);
    const key = keyOf(waiting.write.command);
    this.keys.set(key, (this.keys.get(key) ?? 0) + 1);
    this.writes.push(waiting);
    this.locked.countHeldBack();
    if (this.working) return;
    this.working = true;
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.writes.length > 0) {
      const batch = this.writes.slice(0, this.batchLimit);
      if (waitedFor(batch[0]!) > WARN_AFTER) void this.locked.warn();
      const kept = await this.attempt(batch);
      this.writes.splice(0, batch.length, ...kept);
    }
    this.working = false;
  }

  /** @returns the writes that go on waiting */
  private async attempt(batch: readonly Waiting[]): Promise<Waiting[]> {
    let outcomes: (WriteOutcome | undefined)[];
    try {
      outcomes = await this.execute(batch.map(({ write }) => write));
    } catch (error) {
      for (const waiting of batch) {
        this.forget(waiting);
        waiting.answer.fail(error);
      }
      return [];
    }
    return batch.filter((waiting, index) => {
      const outcome = outcomes[index];
      if (!outcome && waitedFor(waiting) < LOCK_WAIT) return true;
      this.forget(waiting);
      if (outcome) waiting.answer.give(waiting.place, outcome);
      else refuse(waiting);
      return false;
    });
  }

  private forget({ write }: Waiting): void {
    const key = keyOf(write.command);
    const others = this.keys.get(key)! - 1;
    if (others > 0) this.keys.set(key, others);
    else this.keys.delete(key);
  }
}

const waitedFor = ({ answer }: Waiting): number => performance.now() - answer.since;

function refuse({ answer, place }: Waiting): void {
  answer.give(place, { status: 'rejected', error: new ProductLockedError() });
}
