import { Injectable } from '@nestjs/common';
import { Clock, pollUntil } from '../../infra/index.js';
import { RelayWakeup } from '../relay/relay-wakeup.js';
import { EventLog } from '../log/event-log.js';

/** Milliseconds a reader waits for the relay at most, and between looks. */
const WAIT_AT_MOST = 1_000;
const LOOK_EVERY = 5;

/**
 * Read your own writes over the log: an event is readable once it has a position, a few milliseconds after its
 * commit. A reader that comes right after an acknowledged write waits for that, within a bound.
 */
@Injectable()
export class AwaitSequenced {
  /** The look that callers of this moment share; one that has begun already may be too early for them. */
  private next: Promise<number> | null = null;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly signal: RelayWakeup,
    private readonly clock: Clock,
  ) {}

  /** A position that everything committed before the call has reached; after a second whatever has been reached. */
  all(): Promise<number> {
    this.next ??= this.running.then(() => {
      this.next = null;
      const look = this.look();
      this.running = look.catch(() => undefined);
      return look;
    });
    return this.next;
  }

  private async look(): Promise<number> {
    const { lastSeq } = await this.log.pending();
    if (lastSeq !== null) await this.untilSequenced(lastSeq);
    return (await this.log.head()).position;
  }

  private async untilSequenced(lastSeq: string): Promise<void> {
    this.signal.committed();
    const isSequenced = async () => (await this.log.pending(lastSeq)).count === 0;
    await pollUntil(isSequenced, { every: LOOK_EVERY, atMost: WAIT_AT_MOST, clock: this.clock });
  }
}
