import type { InventoryEvent } from '../../contracts/index.js';
import { retryDelay } from '../../infra/index.js';
import type { EventLog } from '../log/event-log.js';
import type { EventSubscription, SubscriberStats } from './event-subscription.js';

/** Events kept in memory for one subscriber; a slower one reads the rest from the log. */
const QUEUE_LIMIT = 1_000;
const RETRY_READ_AFTER = 500;
/** Failed events that wait for another attempt in memory at most, and attempts in all. */
const RETRY_LIMIT = 1_000;
const MOST_ATTEMPTS = 10;

interface Retry {
  event: InventoryEvent;
  /** So far. */
  attempts: number;
  /** On the clock that only goes on. */
  due: number;
}

/**
 * One subscriber's own line: events in order, one at a time, bounded memory, nothing lost. When the queue is full,
 * newer events are left in the log and read from there once the subscriber has caught up.
 */
export class SubscriberQueue {
  private queue: InventoryEvent[] = [];
  private retries: Retry[] = [];
  private timer: NodeJS.Timeout | undefined;
  private working = false;
  private closed = false;
  private delivered = 0;
  private failed = 0;
  /** The newest position, and that of the last event that was put into the queue or is of no type for it. */
  private newest: number;
  private queuedUpTo: number;
  private handled: number;

  constructor(
    private readonly subscription: EventSubscription,
    private readonly log: EventLog,
    private readonly onFailure: (subscriberId: string, error: unknown) => void,
    position: number,
  ) {
    this.newest = this.queuedUpTo = this.handled = position;
  }

  enqueue(event: InventoryEvent): void {
    // Who subscribes while an event is being handed out, be it in place of itself, gets the later ones only.
    if (event.position <= this.newest) return;
    const inLine = this.queuedUpTo === this.newest;
    this.newest = event.position;
    if (inLine && this.queue.length < QUEUE_LIMIT) this.keep(event);
    if (!this.working) void this.work();
  }

  /** Begins behind another position than the newest, as soon as it is found; until then events stay in the log. */
  async startFrom(find: () => Promise<number>): Promise<void> {
    this.queuedUpTo = -1;
    this.working = true;
    while (this.queuedUpTo < 0 && !this.closed) {
      try {
        this.queuedUpTo = this.handled = Math.min(await find(), this.newest);
      } catch (error) {
        await this.failedToRead(error);
      }
    }
    await this.work();
  }

  /**
   * The log was set back to a position, and its events are of another epoch from here on. What waits in memory is
   * handed out first; what only the old log had is gone.
   */
  restart(position: number): void {
    this.newest = this.queuedUpTo = position;
    if (!this.working) this.handled = position;
  }

  close(): void {
    this.closed = true;
    this.queue = [];
    this.retries = [];
    clearTimeout(this.timer);
  }

  stats(): SubscriberStats {
    return {
      subscriberId: this.subscription.subscriberId,
      eventTypes: this.subscription.eventTypes ?? [],
      delivered: this.delivered,
      failed: this.failed,
      queued: this.queue.length,
      lag: this.newest - this.handled,
    };
  }

  private keep(event: InventoryEvent): void {
    this.queuedUpTo = event.position;
    const { eventTypes } = this.subscription;
    if (!eventTypes?.length || eventTypes.includes(event.eventType)) this.queue.push(event);
    else if (this.queue.length === 0 && !this.working) this.handled = event.position;
  }

  private async work(): Promise<void> {
    this.working = true;
    while (!this.closed) {
      const retry = this.takeDue();
      const event = retry ? undefined : this.queue.shift();
      if (retry) await this.attempt(retry.event, retry.attempts + 1);
      else if (event) await this.handle(event);
      else if (this.queuedUpTo < this.newest) await this.readLog();
      else break;
    }
    if (!this.closed) this.handled = this.queuedUpTo;
    this.working = false;
    this.awaitRetry();
  }

  private async handle(event: InventoryEvent): Promise<void> {
    await this.attempt(event, 1);
    this.handled = event.position;
  }

  private async attempt(event: InventoryEvent, attempts: number): Promise<void> {
    try {
      await this.subscription.callback(event);
      this.delivered += 1;
    } catch (error) {
      if (attempts === 1) this.failed += 1;
      // Once for the event, and once more when it is given up.
      if (attempts === 1 || attempts === MOST_ATTEMPTS) this.onFailure(this.subscription.subscriberId, error);
      if (attempts < MOST_ATTEMPTS)
        this.retries.push({ event, attempts, due: performance.now() + retryDelay(attempts) });
      if (this.retries.length > RETRY_LIMIT) this.retries.shift();
    }
  }

  private takeDue(): Retry | undefined {
    if (this.retries.length === 0) return undefined;
    const index = this.retries.findIndex(({ due }) => due <= performance.now());
    return index < 0 ? undefined : this.retries.splice(index, 1)[0];
  }

  /** Has the next retry made when it is due, if nothing else comes before. */
  private awaitRetry(): void {
    clearTimeout(this.timer);
    if (this.closed || this.retries.length === 0) return;
    const next = Math.min(...this.retries.map(({ due }) => due));
    this.timer = setTimeout(() => void (this.working || this.work()), Math.max(1, next - performance.now())).unref();
  }

  private async readLog(): Promise<void> {
    try {
      const { events } = await this.log.readPage(this.queuedUpTo, QUEUE_LIMIT);
      for (const event of events) this.keep(event);
    } catch (error) {
      await this.failedToRead(error);
    }
  }

  private async failedToRead(error: unknown): Promise<void> {
    this.onFailure(this.subscription.subscriberId, error);
    await new Promise((resolve) => setTimeout(resolve, RETRY_READ_AFTER).unref());
  }
}
