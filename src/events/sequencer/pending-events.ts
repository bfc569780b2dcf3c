import { Injectable } from '@nestjs/common';
import type { InventoryEvent, NewInventoryEvent } from '../../contracts/index.js';
import { currentTransaction } from '../../database/index.js';
import { EventLog } from '../log/event-log.js';
import { placedEvent } from '../log/inventory-event.js';

/** Events kept at most, of some 2 kB each; what is beyond is read from the log. */
const KEPT_LIMIT = 5_000;
/** Milliseconds that the relay waits for the answer to a statement whose events it has seen committed. */
const ARRIVES_WITHIN = 250;

/** Events that have got their positions, contiguous. */
export interface NumberedEvents {
  /** The position before the first one's. */
  after: number;
  /** In position order. */
  eventIds: string[];
}

/**
 * Reports the events that the statement committed, exactly as the log has them. Idempotent.
 *
 * @returns false if some are not buffered here, so the relay must read them from the log
 */
export type ReportCommitted = (committed: readonly NewInventoryEvent[]) => boolean;

/**
 * Events that this process writes, kept in the leader's memory from before their commit until they have positions, so
 * that it needn't read back what it has just written.
 *
 * Their ids must be known before the commit: many a statement is sequenced before the process has its answer.
 */
@Injectable()
export class PendingEvents {
  private leader: object | null = null;
  /** By id: the event or, until PostgreSQL has answered, the end of that wait. */
  private readonly kept = new Map<string, NewInventoryEvent | Promise<void>>();
  /** How many of them are events. */
  private waiting = 0;

  constructor(private readonly log: EventLog) {}

  get isEmpty(): boolean {
    return this.kept.size === 0;
  }

  /** Events are kept that have been committed, and have no position yet. */
  get anyWaiting(): boolean {
    return this.waiting > 0;
  }

  /** @param leader what stands for the present leadership; null while another instance leads, and nothing is kept */
  keepFor(leader: object | null): void {
    if (leader === this.leader) return;
    this.leader = leader;
    this.kept.clear();
    this.waiting = 0;
  }

  /**
   * Runs `commit`, a statement that commits events with these ids or some of them, which calls `reportCommitted` with
   * those it has. If it doesn't, or fails, whatever has been committed is read from the log.
   */
  async trackCommit<Result>(
    eventIds: readonly string[],
    commit: (reportCommitted: ReportCommitted) => Promise<Result>,
  ): Promise<Result> {
    // A transaction may last, and be rolled back.
    if (!this.leader || this.kept.size + eventIds.length > KEPT_LIMIT || currentTransaction()) {
      return commit(() => false);
    }
    let arrived!: () => void;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    for (const id of eventIds) this.kept.set(id, arrival);
    const reportCommitted: ReportCommitted = (committed) => {
      let all = true;
      for (const event of committed) {
        if (this.kept.get(event.eventId) === arrival) this.keep(event);
        else all = false;
      }
      for (const id of eventIds) if (this.kept.get(id) === arrival) this.kept.delete(id);
      arrived();
      return all;
    };
    try {
      return await commit(reportCommitted);
    } finally {
      reportCommitted([]);
    }
  }

  /**
   * The events as the log has them, in order; undefined if one of them isn't kept here. They are forgotten in any case.
   */
  async take({ after, eventIds }: NumberedEvents): Promise<InventoryEvent[] | undefined> {
    await this.arrivals(eventIds);
    const { epoch } = this.log;
    const events: InventoryEvent[] = [];
    for (const [index, eventId] of eventIds.entries()) {
      const event = this.release(eventId);
      if (event) events.push(placedEvent(event, epoch, after + index + 1));
    }
    return events.length === eventIds.length ? events : undefined;
  }

  /** They have been read from the log. */
  forget(events: readonly InventoryEvent[]): void {
    for (const { eventId } of events) this.release(eventId);
  }

  private keep(event: NewInventoryEvent): void {
    this.kept.set(event.eventId, event);
    this.waiting += 1;
  }

  private release(eventId: string): NewInventoryEvent | undefined {
    const event = this.kept.get(eventId);
    this.kept.delete(eventId);
    if (!event || event instanceof Promise) return undefined;
    this.waiting -= 1;
    return event;
  }

  private async arrivals(eventIds: readonly string[]): Promise<void> {
    const awaited = new Set<Promise<void>>();
    for (const eventId of eventIds) {
      const event = this.kept.get(eventId);
      if (event instanceof Promise) awaited.add(event);
    }
    if (awaited.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, ARRIVES_WITHIN)));
    await Promise.race([Promise.all(awaited), tooLong]);
    clearTimeout(timer);
  }
}
