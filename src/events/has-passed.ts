import type { Clock } from '../infra/index.js';

/**
 * Whether so many milliseconds have passed since a moment. A wall clock that was set back meanwhile can't tell: then it
 * counts as passed, since heartbeats and leases that come too early do no harm and ones that stop for minutes do.
 */
export function hasPassed(clock: Clock, milliseconds: number, since: number): boolean {
  const elapsed = clock.now() - since;
  return elapsed < 0 || elapsed >= milliseconds;
}
