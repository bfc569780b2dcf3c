/** Packets of any kind a connection may send at once and, over time, a second; it is closed beyond that. */
export const PACKETS_AT_ONCE = 2_000;
export const PACKETS_PER_SECOND = 100;

/**
 * A token bucket of one connection. Requests are refused one by one long before (`RequestLimit`); this one bounds what
 * can't be answered: joining and leaving, acknowledgements, pings and pongs, and requests that go on after refusals.
 */
export class PacketLimit {
  private tokens = PACKETS_AT_ONCE;

  constructor(private at: number) {}

  /** @param now milliseconds @returns false if it is one too many */
  take(now: number): boolean {
    const earned = (Math.max(0, now - this.at) / 1_000) * PACKETS_PER_SECOND;
    this.tokens = Math.min(PACKETS_AT_ONCE, this.tokens + earned) - 1;
    this.at = now;
    return this.tokens >= 0;
  }
}
