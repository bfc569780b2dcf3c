import { Injectable } from '@nestjs/common';

/** Injected so that tests need not wait. */
@Injectable()
export class Clock {
  /** Milliseconds since 1970, UTC, as the machine is set. */
  now(): number {
    return Date.now();
  }

  /** Milliseconds since some moment, of `performance.now()`: they go on by themselves, however the machine is set. */
  monotonic(): number {
    return performance.now();
  }

  /** Whether so many milliseconds have passed since a moment of `monotonic`. For what is promised. */
  hasElapsed(milliseconds: number, since: number): boolean {
    return this.monotonic() - since >= milliseconds;
  }

  /**
   * Whether so many milliseconds have passed since a moment of `now`. A clock that was set back meanwhile can't tell;
   * then it counts as passed: what comes too early does no harm here, and what stops for as long as the jump does.
   */
  hasPassed(milliseconds: number, since: number): boolean {
    const elapsed = this.now() - since;
    return elapsed < 0 || elapsed >= milliseconds;
  }
}
