import { Injectable } from '@nestjs/common';
import { Clock } from '../../infra/index.js';
import { CommitSignal } from '../relay/commit-signal.js';
import { EventLog } from './event-log.js';

/** Milliseconds a reader waits for the relay at most, and between looks. */
const WAIT_AT_MOST = 1_000;
const LOOK_EVERY = 5;

/**
 * Read your own writes over the log: an event is readable once it has a position, a few milliseconds after its
 * commit. A reader that comes right after an acknowledged write waits for that, within a bound.
 */
@Injectable()
export class SettledLog {
  constructor(
    private readonly log: EventLog,
    private readonly signal: CommitSignal,
    private readonly clock: Clock,
  ) {}

  /** Resolves when everything committed before the call has its position, or after a second. */
  async settle(): Promise<void> {
    const { lastSeq } = await this.log.pending();
    if (lastSeq === null) return;
    this.signal.committed();
    const deadline = this.clock.now() + WAIT_AT_MOST;
    while (this.clock.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      if ((await this.log.pending(lastSeq)).count === 0) return;
    }
  }
}
