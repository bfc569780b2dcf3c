import { Injectable } from '@nestjs/common';
import { type ConsumerFilter, fits, type InventoryEvent } from '../../contracts/index.js';
import {
  type EventHandler,
  EventLog,
  EventReaction,
  InventoryEventService,
  type NewEpochHandler,
} from '../../events/index.js';
import { hashOf } from '../partitions/partition-of.js';
import { EventRing } from './event-ring.js';

/** Newest events in memory: of some tenths of a second under load. A partition further back reads the log. */
const IN_MEMORY = 512;
/** Events that are handed over at once at most; the log has the same bound. */
const BATCH = 500;
/** Positions that one query looks through. */
const SLICE = 10_000;

/** What a consumer wants of the log: one partition of its filter's events, or all of them. */
export interface Wanted {
  filter: ConsumerFilter;
  partition?: { index: number; of: number };
}

export interface FedEvents {
  events: InventoryEvent[];
  /** Nothing that is wanted is missing up to this position, at which is this event. */
  reached: number;
  reachedId: string;
}

/**
 * Brings consumers the log from any position: at the head the newest events that the bridge has delivered to this
 * process, further back a slice of the log. Positions are contiguous, so there is no seam between the two: either the
 * ring has the very next position, or the log is read.
 */
@Injectable()
@EventReaction({ to: 'delivery', order: 30 })
@EventReaction({ to: 'newEpoch', order: 60 })
export class ConsumerFeed implements EventHandler, NewEpochHandler {
  private readonly ring = new EventRing(IN_MEMORY);
  private readonly listeners = new Set<() => void>();
  private waking = false;

  constructor(
    private readonly log: EventLog,
    private readonly events: InventoryEventService,
  ) {}

  /** Has `listener` called soon after events were delivered, once for many. @returns what ends that */
  onEvents(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get needed(): boolean {
    return this.listeners.size > 0;
  }

  handle(event: InventoryEvent): void {
    this.ring.push(event);
    if (this.waking) return;
    this.waking = true;
    setImmediate(() => {
      this.waking = false;
      for (const listener of this.listeners) listener();
    });
  }

  onNewEpoch(): void {
    this.ring.clear();
  }

  /** The newest position that was delivered to this process. */
  get head(): number {
    return this.events.cursor.position;
  }

  /**
   * What is wanted after a position, at most 500 events or 1 MiB read from the log; undefined if nothing is known of
   * there.
   *
   * @param upTo a position that the log is known to have
   */
  async after(position: number, wanted: Wanted, upTo = this.head): Promise<FedEvents | undefined> {
    if (position >= upTo) return undefined;
    const entries = this.ring.after(position, BATCH);
    if (!entries) return this.fromLog(position, wanted, upTo);
    const last = entries.at(-1)!.event;
    const events = entries.filter(({ event, hash }) => isWanted(event, hash, wanted)).map(({ event }) => event);
    return { events, reached: last.position, reachedId: last.eventId };
  }

  /**
   * The same from the log alone, in the transaction that the caller runs in. What is in memory may be of a log that was
   * set back a moment ago.
   */
  async fromLog(position: number, wanted: Wanted, upTo: number): Promise<FedEvents | undefined> {
    if (position >= upTo) return undefined;
    const { filter, partition } = wanted;
    const slice = { after: position, upTo: Math.min(upTo, position + SLICE), ...(partition && { partition }) };
    const read = await this.log.readMatching(slice, filter);
    const last = read.at(-1);
    if (!last) return undefined;
    // The last one may be there only to show how far the log was read.
    if (!isWanted(last, hashOf(last), wanted)) read.pop();
    return { events: read, reached: last.position, reachedId: last.eventId };
  }
}

const isWanted = (event: InventoryEvent, hash: number, { filter, partition }: Wanted): boolean =>
  (!partition || hash % partition.of === partition.index) && fits(event, filter);
