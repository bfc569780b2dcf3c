import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock, pollUntil, SingleFlight } from '../../infra/index.js';
import { RelayWakeup } from '../relay/relay-wakeup.js';
import { EventLog } from '../log/event-log.js';

/** Milliseconds a reader waits for the relay at most, and between polls. */
const WAIT_AT_MOST = 1_000;
const POLL_EVERY = 5;
/** Milliseconds between two looks of those who need a position: PostgreSQL may refuse at once. */
const LOOK_EVERY = 50;
/** Milliseconds after which a poll that fails has been waiting for a PostgreSQL that hangs. */
const HANGS_AFTER = 3_000;

interface Reached {
  /** Where the log ends. */
  position: number;
  /** Whether everything that was committed before the poll has a position. */
  isAll: boolean;
  /** The last of that which had none when the poll began. */
  lastSeq: string | null;
}

/**
 * Read your own writes over the log: an event is readable once it has a position, a few milliseconds after its
 * commit. A reader that comes right after an acknowledged write waits for that, within a bound.
 */
@Injectable()
export class AwaitSequenced {
  /** The poll that callers of this moment share; one that has begun already may be too early for them. */
  private next: Promise<Reached> | null = null;
  /** Ends with the poll under way. Rejects if PostgreSQL hangs: those who wait for the next one would wait as long. */
  private running: Promise<unknown> = Promise.resolve();
  /** By `lastSeq`: the looks that those share who have found the same. */
  private readonly looks = new SingleFlight<number | null>();

  constructor(
    private readonly log: EventLog,
    private readonly signal: RelayWakeup,
    private readonly clock: Clock,
  ) {}

  /** A position that everything committed before the call has reached; after a second whatever has been reached. */
  async all(): Promise<number> {
    return (await this.shared()).position;
  }

  /** The same; null if that hasn't been reached after a second, as while no instance leads. */
  async allOrNone(): Promise<number | null> {
    const { position, isAll } = await this.shared();
    return isAll ? position : null;
  }

  /** The same, as long as that takes; null when `isOver`. Never rejects: a PostgreSQL that fails is asked again. */
  async allUntil(isOver: () => boolean): Promise<number | null> {
    while (!isOver()) {
      const reached = await this.shared().catch(() => null);
      if (reached?.isAll) return reached.position;
      // What has been committed since isn't waited for: if positions lag behind, that may never end.
      if (reached?.lastSeq) return this.lookUntil(isOver, reached.lastSeq);
      await sleep(LOOK_EVERY);
    }
    return null;
  }

  private async lookUntil(isOver: () => boolean, lastSeq: string): Promise<number | null> {
    while (!isOver()) {
      const position = await this.looks.run(lastSeq, () => this.look(lastSeq).catch(() => null));
      if (position !== null) return position;
    }
    return null;
  }

  private async look(lastSeq: string): Promise<number | null> {
    await sleep(LOOK_EVERY);
    return (await this.log.pending(lastSeq)).count === 0 ? (await this.log.head()).position : null;
  }

  private shared(): Promise<Reached> {
    this.next ??= this.running
      .finally(() => (this.next = null))
      .then(
        () => this.begin(),
        (error: unknown) => {
          this.running = Promise.resolve();
          throw error;
        },
      );
    return this.next;
  }

  private begin(): Promise<Reached> {
    const began = performance.now();
    const poll = this.poll();
    this.running = poll.catch((error: unknown) => {
      if (this.next && performance.now() - began > HANGS_AFTER) throw error;
    });
    this.running.catch(() => undefined);
    return poll;
  }

  private async poll(): Promise<Reached> {
    const { lastSeq } = await this.log.pending();
    const isAll = lastSeq === null || (await this.isSequencedSoon(lastSeq));
    return { position: (await this.log.head()).position, isAll, lastSeq };
  }

  private isSequencedSoon(lastSeq: string): Promise<boolean> {
    this.signal.committed();
    const isSequenced = async () => (await this.log.pending(lastSeq)).count === 0;
    return pollUntil(isSequenced, { every: POLL_EVERY, atMost: WAIT_AT_MOST, clock: this.clock });
  }
}
