import type { InventoryEvent } from '../../contracts/index.js';
import type { EventLog } from '../log/event-log.js';
import type { EventSubscription, SubscriberStats } from './event-subscription.js';

/** Events kept in memory for one subscriber; a slower one reads the rest from the log. */
const QUEUE_LIMIT = 1_000;
const RETRY_READ_AFTER = 500;

/**
 * One subscriber's own line: events in order, one at a time, bounded memory, nothing lost. When the queue is full,
 * newer events are left in the log and read from there once the subscriber has caught up.
 */
export class SubscriberQueue {
  private queue: InventoryEvent[] = [];
  private working = false;
  private closed = false;
  private delivered = 0;
  private failed = 0;
  /** Newest position this subscriber has been offered, and the last one put in the queue. */
  private offered: number;
  private queuedUpTo: number;
  private handled: number;

  constructor(
    private readonly subscription: EventSubscription,
    private readonly log: EventLog,
    private readonly onFailure: (subscriberId: string, error: unknown) => void,
    position: number,
  ) {
    this.offered = this.queuedUpTo = this.handled = position;
  }

  offer(event: InventoryEvent): void {
    // Who subscribes while an event is being handed out, be it in place of itself, gets the later ones only.
    if (event.position <= this.offered) return;
    const inLine = this.queuedUpTo === this.offered;
    this.offered = event.position;
    if (inLine && this.queue.length < QUEUE_LIMIT) this.enqueue(event);
    if (!this.working) void this.work();
  }

  /**
   * The log was set back to a position, and its events are of another epoch from here on. What waits in memory is
   * handed out first; what only the old log had is gone.
   */
  restart(position: number): void {
    this.offered = this.queuedUpTo = position;
    if (!this.working) this.handled = position;
  }

  close(): void {
    this.closed = true;
    this.queue = [];
  }

  stats(): SubscriberStats {
    return {
      subscriberId: this.subscription.subscriberId,
      eventTypes: this.subscription.eventTypes ?? [],
      delivered: this.delivered,
      failed: this.failed,
      queued: this.queue.length,
      lag: this.offered - this.handled,
    };
  }

  private enqueue(event: InventoryEvent): void {
    this.queuedUpTo = event.position;
    const { eventTypes } = this.subscription;
    if (!eventTypes?.length || eventTypes.includes(event.eventType)) this.queue.push(event);
    else if (this.queue.length === 0 && !this.working) this.handled = event.position;
  }

  private async work(): Promise<void> {
    this.working = true;
    while (!this.closed) {
      const event = this.queue.shift();
      if (event) await this.handle(event);
      else if (this.queuedUpTo < this.offered) await this.readLog();
      else break;
    }
    if (!this.closed) this.handled = this.queuedUpTo;
    this.working = false;
  }

  private async handle(event: InventoryEvent): Promise<void> {
    try {
      await this.subscription.callback(event);
      this.delivered += 1;
    } catch (error) {
      this.failed += 1;
      this.onFailure(this.subscription.subscriberId, error);
    }
    this.handled = event.position;
  }

  private async readLog(): Promise<void> {
    try {
      for (const event of await this.log.read(this.queuedUpTo, QUEUE_LIMIT)) this.enqueue(event);
    } catch (error) {
      this.onFailure(this.subscription.subscriberId, error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_READ_AFTER).unref());
    }
  }
}
