import { Logger } from '@nestjs/common';
import { type InventoryEvent, keyOf } from '../../contracts/index.js';
import type { Queries } from '../../database/index.js';
import { AsyncSignal, retryDelay } from '../../infra/index.js';
import type { Wanted } from '../feed/consumer-feed.js';
import type { FedEvents } from '../feed/log-pages.js';
import { type Ownership, PartitionLostError } from '../store/checkpoints.js';
import type { Failure } from '../store/failures.js';
import type { Attempted, ConsumerHandler } from './attempts.js';
import type { RestBounds } from './rests.js';
import type { RunnerParts } from './runner-parts.js';

/** Milliseconds between two writes of a checkpoint that only passes what the filter skips. */
const STORE_EVERY = 1_000;
/** Milliseconds before another try when PostgreSQL is away. */
const PAUSE = 250;
/** Failed events that are tried again together, and events of one key that follow a failed one at once. */
const RETRIES = 50;
const FOLLOWERS = 100;
/** Events that wait for another attempt; with more, the consumer itself is at fault, and new events have to wait. */
const MOST_RETRYING = 1_000;
/** Stops after which the pauses grow no longer: the last is half a minute. */
const MOST_STOPS = 6;

/**
 * Works on one partition of a consumer for as long as this instance owns it: one transaction for each batch, which ends
 * with moving the checkpoint. Nothing queues: what isn't handled yet is a position.
 *
 *     read → handle all at once ──────────────→ move the checkpoint, commit
 *              └ throws: roll back, one by one ─┘  each failure is a row, and the checkpoint moves past it
 *
 * *Maintained invariant*: an event at or before the checkpoint has been handled, or has a row in `consumer_failures`,
 * or (with `block`) waits behind the row of its key; never two of these.
 */
export class PartitionRunner {
  private readonly logger = new Logger('EventConsumer');
  private readonly signal = new AsyncSignal();
  private readonly wanted: Wanted;
  /** Keys with a row: with `block`, their events wait. */
  private failing = new Set<string>();
  /** Everything up to here is dealt with; `stored` of it in PostgreSQL. `reachedId`: the event there, if known. */
  private position: number;
  private stored: number;
  private reachedId: string | null = null;
  private storedAt = 0;
  private stopping = false;
  private retriesDue = true;
  private retrying = 0;
  /** After a batch that lost its connection events are handled one by one, to find the one that brings it about. */
  private cautious = false;
  /** How often in a row it has stopped at a batch, and until when it rests. */
  private stops = 0;
  private resumeAt = 0;
  private readonly ending = new AbortController();
  readonly ended: Promise<void>;

  constructor(
    readonly held: Ownership,
    position: number,
    private readonly handler: ConsumerHandler,
    private readonly parts: RunnerParts,
  ) {
    this.position = this.stored = position;
    const { consumer, partition } = held;
    this.wanted = { consumer, filter: handler.options, partition: { index: partition, of: handler.partitions } };
    parts.feed.join(position, this.wanted);
    this.ended = this.run().finally(() => parts.feed.leave(this.wanted));
  }

  wake(): void {
    this.signal.wake();
  }

  seen({ due, retrying }: { due: boolean; retrying: number }): void {
    this.retrying = retrying;
    if (due) this.retriesDue = true;
    this.wake();
  }

  /** Nothing is begun any more; `ended` resolves when what is under way has come to its end. */
  stop(): void {
    this.stopping = true;
    this.ending.abort();
    this.wake();
  }

  /** How far behind the newest event it is, in positions, as this process knows it. */
  get lag(): number {
    return Math.max(0, this.parts.feed.head - this.position);
  }

  private async run(): Promise<void> {
    let loaded = false;
    while (!this.stopping) {
      try {
        if (!loaded) this.failing = await this.parts.failures.keys(this.held);
        loaded = true;
        if (!(await this.step())) await this.signal.wait(STORE_EVERY);
      } catch (error) {
        if (error instanceof PartitionLostError) return this.parts.lost(this.held);
        if (this.stopping) break;
        this.parts.errors.inc({ type: 'consumer' });
        this.logger.debug(error);
        await this.signal.wait(PAUSE);
      }
    }
    // What was passed by needn't be read again by the next owner.
    await this.store().catch((error: unknown) => this.logger.debug(error));
  }

  /** @returns whether there was something to do */
  private async step(): Promise<boolean> {
    if (this.retriesDue) {
      this.retriesDue = false;
      return this.retry();
    }
    if (this.retrying >= MOST_RETRYING || performance.now() < this.resumeAt) return false;
    const fed = await this.parts.feed.after(this.position, this.wanted);
    if (!fed) {
      if (performance.now() - this.storedAt >= STORE_EVERY) await this.store();
      return false;
    }
    const events = this.handler.blocks ? fed.events.filter((event) => !this.failing.has(keyOf(event))) : fed.events;
    const began = performance.now();
    if (events.length > 0) await this.handle(events, fed);
    else await this.pass(fed);
    const bounds = this.handler.rests;
    if (bounds) await this.leaveTime(performance.now() - began, bounds);
    return true;
  }

  private leaveTime(worked: number, bounds: RestBounds): Promise<void> {
    const { feed, rests } = this.parts;
    const writing = () => ({ perSecond: feed.perSecond, lag: this.lag, alone: this.parts.alone() });
    return rests.after(worked, this.held.consumer, writing, this.ending.signal, bounds);
  }

  private async pass({ reached, reachedId }: FedEvents): Promise<void> {
    this.position = reached;
    this.reachedId = reachedId;
    if (performance.now() - this.storedAt >= STORE_EVERY) await this.store();
  }

  /** Writes how far has been passed. */
  private async store(): Promise<void> {
    if (this.position > this.stored) await this.commit(() => Promise.resolve({ handled: 0, failed: [] }));
  }

  private async handle(events: readonly InventoryEvent[], fed: FedEvents): Promise<void> {
    if (!this.cautious && this.handler.goesTogether) {
      const handled = { handled: events.length, failed: [] };
      try {
        await this.commit((sql) => this.handler.together(events, this.ending.signal, sql).then(() => handled), fed);
        this.stops = 0;
        return;
      } catch (error) {
        if (error instanceof PartitionLostError || (this.stopping && this.handler.stops)) throw error;
        if (this.handler.stops) return this.stopAt(error);
        this.logger.debug(error);
      }
    }
    this.cautious = true;
    await this.commit(() => this.handler.singly(events, () => this.mayGoOn), fed);
    this.cautious = false;
  }

  /** Nothing can be left out: the batch comes again. */
  private stopAt(error: unknown): void {
    this.stops += 1;
    this.resumeAt = performance.now() + retryDelay(Math.min(this.stops, MOST_STOPS));
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn(`${this.held.consumer} has stopped behind position ${this.position}: ${reason}`);
    this.parts.errors.inc({ type: 'consumer' });
  }

  private get mayGoOn(): boolean {
    return !this.stopping && this.parts.certain();
  }

  /**
   * Commits what `work` does, with its failures and the checkpoint: at the end of `fed`, or behind the last event that
   * `work` has come to. Throws `PartitionLostError`, and then nothing of it has happened but what is no SQL.
   */
  private async commit(work: (sql: Queries) => Promise<Attempted>, fed?: FedEvents): Promise<void> {
    const { checkpoints, failures, slots, metrics } = this.parts;
    const { consumer } = this.held;
    const before = this.handler.isSql ? undefined : await this.unlessLost(() => work(this.parts.sql));
    const done = await slots.use(() =>
      this.transaction(async (sql) => {
        const attempted = before ?? (await work(sql));
        const to = attempted.last
          ? { position: attempted.last.position, id: attempted.last.eventId }
          : { position: fed?.reached ?? this.position, id: fed?.reachedId ?? this.reachedId };
        let parked = 0;
        for (const { event, error } of attempted.failed) {
          const attempt = { attempts: 1, maxAttempts: this.handler.maxAttempts, error };
          if (await failures.record(this.held, event, attempt)) parked += 1;
        }
        const moved = to.position > this.stored;
        await checkpoints.move(this.held, { from: this.stored, to: to.position, eventId: moved ? to.id : null }, sql);
        return { attempted, to, parked };
      }),
    );
    const { attempted, to, parked } = done;
    this.position = this.stored = to.position;
    this.reachedId = to.id;
    this.storedAt = performance.now();
    for (const { event, error } of attempted.failed) this.hasFailed(event, error);
    metrics.attempted(consumer, attempted.handled, attempted.failed.length, parked);
  }

  /** What stops at a failure records none, and asks by nothing but what it is given. */
  private transaction<Result>(work: (sql: Queries) => Promise<Result>): Promise<Result> {
    const { sql } = this.parts;
    return this.handler.stops ? sql.transactionWithoutContext(work) : sql.transaction(() => work(sql));
  }

  /** An effect that can't be undone is begun only by an owner that has been heard of lately. */
  private unlessLost<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.parts.certain()) throw new Error('PostgreSQL has not heard of this instance lately');
    return work();
  }

  private hasFailed(event: InventoryEvent, error: unknown): void {
    this.failing.add(keyOf(event));
    this.retrying += 1;
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn(`${this.held.consumer} has failed at position ${event.position}: ${reason}`);
  }

  private async retry(): Promise<boolean> {
    const due = await this.parts.failures.due(this.held, RETRIES);
    for (const failure of due) {
      if (this.stopping) return true;
      await this.retryOne(failure);
    }
    if (due.length === RETRIES) this.retriesDue = true;
    return due.length > 0;
  }

  /** With `block`, the events of the key that have waited come after it, up to the checkpoint. */
  private async retryOne(failure: Failure): Promise<void> {
    const { metrics, slots, sql } = this.parts;
    const before = this.handler.isSql ? undefined : await this.unlessLost(() => this.tryAgain(failure));
    const { handled, failed, parked, freed } = await slots.use(() =>
      sql.transaction(async () => this.recordRetry(failure, before ?? (await this.tryAgain(failure)))),
    );
    if (freed) this.failing.delete(failure.key);
    this.stored = this.position;
    this.storedAt = performance.now();
    metrics.attempted(this.held.consumer, handled, failed, parked);
  }

  private async tryAgain(failure: Failure): Promise<Retried> {
    const { position, eventId, key } = failure;
    let handled = 0;
    if (!failure.dropped) {
      const [event] = await this.parts.log.read(position - 1, 1);
      // Another event is there only if the log was set back, and then the checkpoint was as well.
      if (event?.eventId === eventId) {
        const attempts = failure.attempts + 1;
        const error = await this.handler.once(event, attempts);
        if (error !== undefined) return { handled, failed: { event, error, attempts } };
        handled += 1;
      }
    }
    if (!this.handler.blocks) return { handled };
    const slice = { after: position, upTo: this.position, limit: FOLLOWERS + 1 };
    const followers = await this.parts.log.readOfKey(key, slice, this.handler.options);
    for (const event of followers.slice(0, FOLLOWERS)) {
      const error = await this.handler.once(event, 1);
      if (error !== undefined) return { handled, failed: { event, error, attempts: 1 } };
      handled += 1;
    }
    const next = followers[FOLLOWERS];
    return next ? { handled, next } : { handled };
  }

  private async recordRetry(failure: Failure, { handled, failed, next }: Retried): Promise<RecordedRetry> {
    const { checkpoints, failures } = this.parts;
    const { maxAttempts } = this.handler;
    const isSame = failed?.event.eventId === failure.eventId;
    if (!isSame) await failures.remove(this.held.consumer, failure.eventId);
    if (next) await failures.waitNext(this.held, next);
    const parked = failed ? await failures.record(this.held, failed.event, { ...failed, maxAttempts }) : false;
    const moved = this.position > this.stored;
    const move = { from: this.stored, to: this.position, eventId: moved ? this.reachedId : null };
    await checkpoints.move(this.held, move);
    if (next) this.retriesDue = true;
    return { handled, failed: failed ? 1 : 0, parked: parked ? 1 : 0, freed: !failed && !next };
  }
}

interface Retried {
  handled: number;
  failed?: { event: InventoryEvent; error: unknown; attempts: number };
  /** The event of the key that is to be handled next. */
  next?: InventoryEvent;
}

interface RecordedRetry {
  handled: number;
  failed: number;
  parked: number;
  freed: boolean;
}
