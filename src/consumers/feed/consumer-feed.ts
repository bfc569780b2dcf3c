import { Injectable } from '@nestjs/common';
import { type ConsumerFilter, fits, type InventoryEvent } from '../../contracts/index.js';
import {
  BATCH_EVENTS,
  type EventHandler,
  EventLog,
  EventReaction,
  type Followed,
  InventoryEventService,
  type NewEpochHandler,
} from '../../events/index.js';
import { EventRing, type RingEntry } from './event-ring.js';
import { type FedEvents, LogPages } from './log-pages.js';

/** Newest events in memory: of some tenths of a second under load. A partition further back reads the log. */
const IN_MEMORY = 512;
/** Positions that one query of a lease looks through. */
const SLICE = 10_000;

/** What a partition of a consumer in the process wants of the log. */
export interface Wanted {
  consumer: string;
  filter: ConsumerFilter;
  partition: { index: number; of: number };
}

/**
 * Brings consumers the log from any position: at the head the newest events that the bridge has delivered to this
 * process, further back pages of the log. Positions are contiguous, so there is no seam between the two: either the
 * ring has the very next position, or the log is read.
 */
@Injectable()
@EventReaction({ to: 'delivery', order: 30 })
@EventReaction({ to: 'newEpoch', order: 60 })
export class ConsumerFeed implements EventHandler, NewEpochHandler {
  private readonly ring = new EventRing(IN_MEMORY);
  private readonly listeners = new Set<() => void>();
  /** Those that want events themselves, and not only to know that there are some. */
  private readonly waiting = new Set<() => void>();
  private readonly pages = new Map<string, LogPages>();
  private waking = false;

  constructor(
    private readonly log: EventLog,
    private readonly events: InventoryEventService,
  ) {}

  /**
   * Has `listener` called soon after events were delivered or passed by, once for many.
   *
   * @param peeks whether it peeks at them all: many wait, for few events, so they must not read the log each time
   * @returns what ends that
   */
  onEvents(listener: () => void, peeks = false): () => void {
    this.listeners.add(listener);
    if (peeks) this.waiting.add(listener);
    return () => {
      this.listeners.delete(listener);
      this.waiting.delete(listener);
    };
  }

  get needed(): boolean {
    return this.listeners.size > 0;
  }

  /** Partitions read from the log what an instance of a Redis Cluster leaves out: one statement more for a batch. */
  get follows(): Followed {
    return this.waiting.size > 0 ? 'all' : 'none';
  }

  handle(event: InventoryEvent): void {
    this.ring.push(event);
    this.wake();
  }

  passedBy(): void {
    this.wake();
  }

  private wake(): void {
    if (this.waking) return;
    this.waking = true;
    setImmediate(() => {
      this.waking = false;
      for (const listener of this.listeners) listener();
    });
  }

  /** What is read just now may be of the log as it was: it is left to what has asked for it. */
  onNewEpoch(): void {
    this.ring.clear();
    this.pages.clear();
  }

  /** The newest position that was delivered to this process. */
  get head(): number {
    return this.events.cursor.position;
  }

  /** What is wanted after a position, at most 500 events or 1 MiB of them; undefined if nothing is known of there. */
  async after(position: number, wanted: Wanted): Promise<FedEvents | undefined> {
    const { head } = this;
    if (position >= head) return undefined;
    const pages = this.pagesOf(wanted);
    const { filter, partition } = wanted;
    const { index, of } = partition;
    const fed = this.fromRing(position, ({ event, hash }) => hash % of === index && fits(event, filter));
    if (!fed) return pages.after(position, index, head);
    pages.stands(index, position);
    return fed;
  }

  /** The partition is this instance's from now on, and what it wants comes after this position. */
  join(position: number, wanted: Wanted): void {
    this.pagesOf(wanted).stands(wanted.partition.index, position);
  }

  /** The partition is this instance's no more. */
  leave({ consumer, partition }: Wanted): void {
    const pages = this.pages.get(consumer);
    if (pages?.leave(partition.index)) this.pages.delete(consumer);
  }

  /** The same of all events of a filter, for who waits for them. */
  async peek(position: number, filter: ConsumerFilter): Promise<FedEvents | undefined> {
    const fed = this.fromRing(position, ({ event }) => fits(event, filter));
    return fed ?? this.fromLog(position, filter, this.head);
  }

  /**
   * The same for a lease, from the log alone and in the transaction that the caller runs in. What is in memory may be
   * of a log that was set back a moment ago.
   *
   * @param upTo a position that the log is known to have
   */
  async fromLog(position: number, filter: ConsumerFilter, upTo: number): Promise<FedEvents | undefined> {
    if (position >= upTo) return undefined;
    const read = await this.log.readMatching({ after: position, upTo: Math.min(upTo, position + SLICE) }, filter);
    const last = read.at(-1);
    if (!last) return undefined;
    // The last one may be there only to show how far the log was read.
    if (!fits(last, filter)) read.pop();
    return { events: read, reached: last.position, reachedId: last.eventId };
  }

  private pagesOf({ consumer, filter, partition }: Wanted): LogPages {
    let pages = this.pages.get(consumer);
    if (!pages) this.pages.set(consumer, (pages = new LogPages(this.log, filter, partition.of)));
    return pages;
  }

  private fromRing(position: number, isWanted: (entry: RingEntry) => boolean): FedEvents | undefined {
    const entries = this.ring.after(position, BATCH_EVENTS);
    if (!entries) return undefined;
    const last = entries.at(-1)!.event;
    return {
      events: entries.filter(isWanted).map(({ event }) => event),
      reached: last.position,
      reachedId: last.eventId,
    };
  }
}
