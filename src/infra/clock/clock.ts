import { Injectable } from '@nestjs/common';

/** Wall clock, injected so that tests need not wait. */
@Injectable()
export class Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number {
    return Date.now();
  }

  /**
   * Whether so many milliseconds have passed since a moment. A clock that was set back meanwhile can't tell; then it
   * counts as passed: what comes too early does no harm here, and what stops for as long as the jump does.
   */
  hasPassed(milliseconds: number, since: number): boolean {
    const elapsed = this.now() - since;
    return elapsed < 0 || elapsed >= milliseconds;
  }
}
