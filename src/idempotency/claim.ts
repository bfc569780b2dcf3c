import type { Transaction } from '../database/index.js';
import { type StoredResponse, isFinal } from './stored-response.js';
import type { IdempotencyKeys } from './idempotency-keys.js';
import type { KeyOwner } from './idempotent-request.js';

/** Milliseconds after which a request that has not been answered is given up, so that nothing stays open. */
const ABANDON_AFTER = 60_000;

/** A key that is this request's, and the transaction that holds it together with whatever the request changes. */
export class Claim {
  private readonly timer = setTimeout(() => void this.abandon(), ABANDON_AFTER).unref();

  /** @param done told once: the answer, or null if there is none to share */
  constructor(
    private readonly owner: KeyOwner,
    private readonly transaction: Transaction,
    private readonly keys: IdempotencyKeys,
    private readonly done: (answer: StoredResponse | null) => void,
  ) {}

  /** Runs `work`, and what it starts, in the transaction. */
  run(work: () => void): void {
    this.transaction.run(work);
  }

  /** Commits the change with its answer, or undoes both. Throws if it can't be known to be committed. */
  async finish(answer: StoredResponse): Promise<void> {
    clearTimeout(this.timer);
    try {
      if (isFinal(answer.status)) {
        await this.transaction.run(() => this.keys.keepResponse(this.owner, answer));
        await this.transaction.commit();
      } else {
        await this.transaction.rollback();
      }
      this.done(answer);
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  /** Undoes it all, even if work is still under way: whatever that asks for from now on is refused. */
  async abandon(): Promise<void> {
    clearTimeout(this.timer);
    await this.transaction.rollback();
    this.done(null);
  }
}
