import type { Clock } from '../../infra/index.js';

/** Milliseconds without another attempt after a failure. */
const OPEN_FOR = 1_000;

/** Keeps callers from waiting on something that has just failed: one tries again after a while, the others don't. */
export class CircuitBreaker {
  private failedAt: number | null = null;
  private probing = false;

  constructor(private readonly clock: Clock) {}

  get open(): boolean {
    return this.failedAt !== null;
  }

  /** The result of `work`, or `fallback` at once while the circuit is open, or when `work` rejects. */
  async run<Result>(work: () => Promise<Result>, fallback: (error?: unknown) => Result): Promise<Result> {
    if (this.failedAt !== null && (this.probing || !this.clock.hasPassed(OPEN_FOR, this.failedAt))) return fallback();
    this.probing = this.open;
    try {
      const result = await work();
      this.failedAt = null;
      return result;
    } catch (error) {
      this.failedAt = this.clock.now();
      return fallback(error);
    } finally {
      this.probing = false;
    }
  }
}
