import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { fits, type InventoryEvent, keyOf, type LeasedEvents } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { EventLog } from '../../events/index.js';
import { ValidationFailedError } from '../../infra/index.js';
import { ConsumersMetrics } from '../consumers.metrics.js';
import { ConsumerFeed } from '../feed/consumer-feed.js';
import { InProcessConsumerError, LeaseLostError } from '../store/consumer.errors.js';
import { ConsumerStore } from '../store/consumer-store.js';
import { type Failure, Failures, type PartitionId } from '../store/failures.js';
import type { FailureRow } from '../store/failures.sql.js';
import { END_LEASE, GIVE_LEASE, type LeaseRow, LOCK_LEASE, READ_LEASED_RETRIES, RENEW_LEASE } from './leases.sql.js';

/** Positions that one lease passes at most, whatever the filter leaves of them. */
const MOST_PASSED = 100_000;

interface Lease extends Omit<LeaseRow, 'position' | 'leasedUpTo'> {
  id: PartitionId;
  position: number;
  leasedUpTo: number;
}

/** What a client gets, and what it takes to wait for more. */
export interface Taken extends LeasedEvents {
  filter: Lease['filter'];
  /** Another client holds the lease, or the consumer is paused. */
  busy: boolean;
}

export interface FailedEvent {
  eventId: string;
  error: string;
}

/**
 * Consumers outside: one client at a time holds the lease on a consumer's next events, for 30 s by PostgreSQL's clock.
 *
 *     GET events → lease, events, position 120
 *     POST ack {lease, position: 110}   the checkpoint is 110; 30 s more
 *     POST ack {lease, position: 120}   all are done, the lease has ended
 *
 * A lease that isn't renewed ends; the events that weren't acknowledged are leased again, with the same ids. A lease is
 * either of new events or of events that are tried again, which lie before the checkpoint.
 *
 * *Maintained invariant*: what changes a checkpoint or a failure has locked the consumer's row and found its own lease
 * there, so a client whose lease has ended changes nothing.
 */
@Injectable()
export class ConsumerLeases {
  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly feed: ConsumerFeed,
    private readonly store: ConsumerStore,
    private readonly failures: Failures,
    private readonly metrics: ConsumersMetrics,
  ) {}

  /**
   * Leases what comes next; without a lease, if there is nothing, the consumer is paused, or another client holds it.
   *
   * @param upTo a position that the log is known to have
   * @param holder for the state of the consumer
   * @throws `ConsumerNotFoundError`, `InProcessConsumerError`
   */
  async take(name: string, max: number, upTo: number, holder: string): Promise<Taken> {
    return this.sql.transaction(async () => {
      const held = await this.lock(name);
      const { position, filter, onFailure } = held;
      const busy = held.paused || held.lease !== null;
      const none = { lease: null, events: [], position, onFailure, filter, busy };
      if (busy) return none;
      const retried = await this.dueEvents(held, max);
      if (retried.length > 0) {
        const leased = await this.lease(held, retried, retried.at(-1)!.position, holder, true);
        return { ...leased, filter, busy };
      }
      const { events, reached } = await this.next(held, max, upTo);
      if (events.length > 0) return { ...(await this.lease(held, events, reached, holder, false)), filter, busy };
      if (reached > position) await this.sql.query(END_LEASE, [name, reached]);
      return { ...none, position: reached };
    });
  }

  /**
   * Everything of the lease up to a position is done; the lease ends with its last event, else it lasts 30 s more. A
   * position before the lease's events only renews it.
   *
   * Throws `LeaseLostError`, and `ValidationFailedError` for a position behind the lease's.
   */
  async acknowledge(name: string, lease: string, position: number): Promise<void> {
    await this.store.inTransaction(async () => {
      const held = await this.holding(name, lease);
      if (held.retries.length > 0) return this.acknowledgeRetries(held, position);
      if (position > held.leasedUpTo) throw behindLease(held.leasedUpTo);
      const reached = Math.max(position, held.position);
      if (reached === held.leasedUpTo) await this.sql.query(END_LEASE, [name, reached]);
      else await this.sql.query(RENEW_LEASE, [name, reached, []]);
    });
  }

  /**
   * An event of the lease has failed: it comes again after a while, or is parked. With `block`, the events of its
   * product that follow it in the lease come again after it, too. The lease lasts 30 s more.
   *
   * Throws `LeaseLostError`, and `ValidationFailedError` if the event is none of the lease's.
   */
  async fail(name: string, lease: string, { eventId, error }: FailedEvent): Promise<void> {
    const parked = await this.store.inTransaction(async () => {
      const held = await this.holding(name, lease);
      const { maxAttempts, retries } = held;
      const [retry] = retries.includes(eventId) ? await this.leasedRetries(name, [eventId]) : [];
      const event = await this.eventOf(held, eventId, retry);
      const attempts = (retry?.attempts ?? 0) + 1;
      // With `block`, what follows a failed event of its product waits already.
      const waits = !retry && held.onFailure === 'block' && (await this.failures.keys(held.id)).has(keyOf(event));
      const isParked = !waits && (await this.failures.record(held.id, event, { attempts, maxAttempts, error }));
      const left = retries.filter((one) => one !== eventId);
      if (retry && left.length === 0) await this.sql.query(END_LEASE, [name, held.position]);
      else await this.sql.query(RENEW_LEASE, [name, held.position, left]);
      return isParked;
    });
    this.metrics.attempted(name, 0, 1, parked ? 1 : 0);
  }

  /** Ends a lease whose client has gone before it could know of it. Does nothing if it has ended. */
  async release(name: string, lease: string): Promise<void> {
    await this.store.inTransaction(async () => {
      const held = await this.lock(name);
      if (held.lease === lease) await this.sql.query(END_LEASE, [name, held.position]);
    });
  }

  private async lock(name: string): Promise<Lease> {
    const [row] = await this.sql.query<LeaseRow>(LOCK_LEASE, [name]);
    if (!row) {
      await this.store.kindOf(name);
      throw new InProcessConsumerError(name);
    }
    const { position, leasedUpTo, ...rest } = row;
    const id = { consumer: name, partition: 0 };
    return { ...rest, id, position: Number(position), leasedUpTo: Number(leasedUpTo) };
  }

  private async holding(name: string, lease: string): Promise<Lease> {
    const held = await this.lock(name);
    if (held.lease !== lease.toLowerCase()) throw new LeaseLostError();
    return held;
  }

  private async lease(
    held: Lease,
    events: InventoryEvent[],
    upTo: number,
    holder: string,
    retried: boolean,
  ): Promise<LeasedEvents> {
    const lease = randomUUID();
    const retries = retried ? events.map(({ eventId }) => eventId) : [];
    await this.sql.query(GIVE_LEASE, [held.id.consumer, lease, holder, upTo, retries]);
    this.metrics.leased(held.id.consumer, events.length);
    return { lease, events, position: upTo, onFailure: held.onFailure };
  }

  /** New events, without those that wait behind a failed one. */
  private async next(held: Lease, max: number, upTo: number): Promise<{ events: InventoryEvent[]; reached: number }> {
    const failing = held.onFailure === 'block' ? await this.failures.keys(held.id) : new Set<string>();
    let reached = held.position;
    while (reached < held.position + MOST_PASSED) {
      const fed = await this.feed.fromLog(reached, held.filter, upTo);
      if (!fed) break;
      const events = fed.events.filter((event) => !failing.has(keyOf(event)));
      if (events.length > max) return { events: events.slice(0, max), reached: events[max - 1]!.position };
      if (events.length > 0) return { events, reached: fed.reached };
      ({ reached } = fed);
    }
    return { events: [], reached };
  }

  /** Events whose next attempt is due. Of those that were dropped, the next of their key takes the place. */
  private async dueEvents(held: Lease, max: number): Promise<InventoryEvent[]> {
    const events: InventoryEvent[] = [];
    for (const failure of await this.failures.due(held.id, max)) {
      const event = failure.dropped ? undefined : await this.loggedEvent(failure);
      if (event) events.push(event);
      else await this.goOnBehind(held, failure);
    }
    return events;
  }

  private async loggedEvent({ position, eventId }: Failure): Promise<InventoryEvent | undefined> {
    const [event] = await this.log.read(position - 1, 1);
    return event?.eventId === eventId ? event : undefined;
  }

  private async acknowledgeRetries(held: Lease, position: number): Promise<void> {
    const name = held.id.consumer;
    // The checkpoint lies behind what is tried again: to acknowledge it says nothing of these.
    if (position > held.leasedUpTo && position !== held.position) throw behindLease(held.leasedUpTo);
    const failures = position > held.leasedUpTo ? [] : await this.leasedRetries(name, held.retries);
    const done = failures.filter((failure) => failure.position <= position);
    for (const failure of done) await this.goOnBehind(held, failure);
    const left = held.retries.filter((id) => !done.some(({ eventId }) => eventId === id));
    if (left.length === 0) await this.sql.query(END_LEASE, [name, held.position]);
    else await this.sql.query(RENEW_LEASE, [name, held.position, left]);
  }

  /** A failed event is done with; with `block` the next event of its key waits no longer. */
  private async goOnBehind(held: Lease, { eventId, position, key }: Failure): Promise<void> {
    await this.failures.remove(held.id.consumer, eventId);
    if (held.onFailure === 'skip') return;
    const slice = { after: position, upTo: held.position, limit: 1 };
    const [next] = await this.log.readOfKey(key, slice, held.filter);
    if (next) await this.failures.waitNext(held.id, next);
  }

  private async leasedRetries(name: string, eventIds: readonly string[]): Promise<Failure[]> {
    const rows = await this.sql.query<FailureRow>(READ_LEASED_RETRIES, [name, eventIds]);
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  private async eventOf(held: Lease, eventId: string, retry: Failure | undefined): Promise<InventoryEvent> {
    if (retry) {
      const event = await this.loggedEvent(retry);
      if (event) return event;
    } else if (held.retries.length === 0) {
      const event = await this.log.find(eventId, { after: held.position, upTo: held.leasedUpTo });
      if (event && fits(event, held.filter)) return event;
    }
    throw new ValidationFailedError([{ field: 'failed', message: 'is no event of the lease' }]);
  }
}

function behindLease(upTo: number): ValidationFailedError {
  return new ValidationFailedError([{ field: 'position', message: `must be ${upTo} at most, the lease’s` }]);
}
