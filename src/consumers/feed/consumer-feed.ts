import { Injectable } from '@nestjs/common';
import { type ConsumerFilter, fits, type InventoryEvent } from '../../contracts/index.js';
import {
  BATCH_BYTES,
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
import { Pace } from './pace.js';

/**
 * Newest events in memory, up to twice as many of them and about 16 MiB: of one to two seconds under load, so that
 * partitions that leave writers time (`Rests`) find there what has come meanwhile. One further back reads the log.
 */
const IN_MEMORY = 4_096;
const IN_MEMORY_BYTES = 16 * 1_048_576;
/** Milliseconds over which it is measured how much is written. */
const MEASURED_OVER = 250;
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
 *
 *     the log      ────────────────────────────────────┬── ring ──┐ head
 *     partitions        far back: pages of the log         near: what the bridge has delivered
 *
 * While none is near, as when 200,000 events are published that were written while no instance ran, the ring needs no
 * events: they are neither parsed nor kept for its sake. The first one that comes near makes it begin anew, at the
 * event that is delivered next; the way up to there is read from the log. A partition waits for events only where it
 * has come to the head, and then it is near: so no event that it would have to be woken for goes by.
 */
@Injectable()
@EventReaction({ to: 'delivery', order: 30 })
@EventReaction({ to: 'newEpoch', order: 60 })
export class ConsumerFeed implements EventHandler, NewEpochHandler {
  private readonly ring = new EventRing(IN_MEMORY, IN_MEMORY_BYTES);
  private readonly pace = new Pace(MEASURED_OVER);
  private readonly listeners = new Set<() => void>();
  /** Those that want events themselves, and not only to know that there are some. */
  private readonly waiting = new Set<() => void>();
  private readonly pages = new Map<string, LogPages>();
  /** The last one of each partition: one may leave only after the next has joined. */
  private readonly joined = new Map<string, Wanted>();
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
    if (this.waiting.size > 0) return true;
    const near = this.head - IN_MEMORY;
    for (const pages of this.pages.values()) if (pages.furthest >= near) return true;
    return false;
  }

  /** Partitions read from the log what an instance of a Redis Cluster leaves out: one statement more for a batch. */
  get follows(): Followed {
    return this.waiting.size > 0 ? 'all' : 'none';
  }

  handle(event: InventoryEvent): void {
    if (this.needed) this.ring.push(event);
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

  /** Positions that the head has moved a second, lately. */
  get perSecond(): number {
    return this.pace.perSecond(this.head, performance.now());
  }

  /** What is wanted after a position, at most 500 events or 1 MiB of them; undefined if nothing is known of there. */
  async after(position: number, wanted: Wanted): Promise<FedEvents | undefined> {
    const { head } = this;
    const pages = this.pagesOf(wanted);
    const { filter, partition } = wanted;
    const { index, of } = partition;
    pages.stands(index, position);
    if (position >= head) return undefined;
    const fed = this.fromRing(position, ({ event, hash }) => hash % of === index && fits(event, filter));
    return fed ?? pages.after(position, index, head);
  }

  /**
   * The partition is this instance's from now on, and what it wants comes after this position: up to here from the log,
   * for what is in memory may have names of a vendor that have been removed, and tables that are built anew mustn't.
   */
  join(position: number, wanted: Wanted): void {
    this.ring.clear();
    this.joined.set(partitionOf(wanted), wanted);
    this.pagesOf(wanted).stands(wanted.partition.index, position);
  }

  /** The partition is this instance's no more, unless it has joined again meanwhile. */
  leave(wanted: Wanted): void {
    if (this.joined.get(partitionOf(wanted)) !== wanted) return;
    this.joined.delete(partitionOf(wanted));
    const { consumer, partition } = wanted;
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
    const events: InventoryEvent[] = [];
    let size = 0;
    const last = this.ring.lookThrough(position, (entry) => {
      if (!isWanted(entry)) return false;
      events.push(entry.event);
      size += entry.size;
      return events.length === BATCH_EVENTS || size >= BATCH_BYTES;
    });
    return last && { events, reached: last.position, reachedId: last.eventId };
  }
}

const partitionOf = ({ consumer, partition }: Wanted): string => `${consumer} ${partition.index}`;
