/** How fast a number rises, such as the newest position of the log. */
export class Pace {
  private seen: { value: number; at: number } | undefined;
  private rate = 0;

  /** @param window milliseconds that two readings are apart at least; nearer ones give the rate of before */
  constructor(private readonly window: number) {}

  /**
   * Per second since the reading before; 0 at first.
   *
   * @param now milliseconds
   */
  perSecond(value: number, now: number): number {
    if (this.seen && now - this.seen.at < this.window) return this.rate;
    if (this.seen) this.rate = ((value - this.seen.value) * 1_000) / (now - this.seen.at);
    this.seen = { value, at: now };
    return this.rate;
  }
}
