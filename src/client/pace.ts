/** Lets something begin at most once in a while: at once after a longer pause, else at the end of the while. */
export class Pace {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** On `performance.now()`'s clock. */
  private began = Number.NEGATIVE_INFINITY;

  /** @param interval milliseconds from one beginning to the next, at least */
  constructor(private readonly interval: number) {}

  /** Calls `action`; while a call is still to come, further ones are the same. */
  next(action: () => void): void {
    if (this.timer !== undefined) return;
    const wait = this.began + this.interval - performance.now();
    if (wait <= 0) {
      action();
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      action();
    }, wait);
  }

  /** The next one counts from here. */
  begin(): void {
    this.stop();
    this.began = performance.now();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
