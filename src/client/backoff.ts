/** Milliseconds before the first retry; doubled with each that fails, up to the longest. */
const FIRST = 500;
const LONGEST = 30_000;

/** Retries after growing times, half of each at random, so that clients of one server don't come back all at once. */
export class Backoff {
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether a retry is still to come. */
  get waiting(): boolean {
    return this.timer !== undefined;
  }

  /**
   * Calls `action` later; while one call is still to come, further ones are the same.
   *
   * @param least milliseconds that the server has asked for
   */
  retry(action: () => void, least = 0): void {
    if (this.waiting) return;
    const delay = Math.min(LONGEST, FIRST * 2 ** this.failures);
    this.failures += 1;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        action();
      },
      Math.max(least, (delay * (1 + Math.random())) / 2),
    );
  }

  /** It has worked: the next retry is the first again. */
  succeeded(): void {
    this.failures = 0;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
