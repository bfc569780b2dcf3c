import { Injectable, Logger } from '@nestjs/common';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { EventType } from '../../contracts/index.js';
import { Clock, Tracing } from '../../infra/index.js';
import { type BusMessage, EventBus } from '../bus/event-bus.js';
import { EventsMetrics } from '../events.metrics.js';
import type { EventBatch } from '../log/event-batch.js';
import { EventLog } from '../log/event-log.js';
import { LocalDelivery } from './local-delivery.js';

/** Milliseconds. */
const HEARTBEAT_EVERY = 500;
/** Messages under way to the bus; a bus slower than that is repaired from the log instead of filling memory. */
const IN_FLIGHT_LIMIT = 64;

/**
 * Tells this instance and, over the bus, all others what has been sequenced and invalidated. Nothing of it is waited
 * for.
 */
@Injectable()
export class EventPublisher {
  private readonly logger = new Logger(EventPublisher.name);
  private lastHeartbeat = 0;
  private inFlight = 0;

  constructor(
    private readonly bus: EventBus,
    private readonly local: LocalDelivery,
    private readonly log: EventLog,
    private readonly metrics: EventsMetrics,
    private readonly clock: Clock,
    private readonly tracing?: Tracing,
  ) {}

  /** The same for any number of large events, which others need not wait for. No other batch may come in between. */
  async publishParts(batch: EventBatch): Promise<void> {
    const [first, ...others] = batch.parts;
    this.publish(first!);
    for (const part of others) {
      await endOfTurn();
      this.publish(part);
    }
  }

  /** Of events whose caches have been invalidated. */
  publish(batch: EventBatch): void {
    // This instance needn't wait for its own message to come back; the message is dropped then.
    this.local.accept(batch);
    this.count(batch);
    if (this.tracing?.on) void this.sendTraced(batch, this.tracing);
    else void this.send({ kind: 'events', batch });
  }

  /** Spans from the commit to the position, and to the bus. */
  private async sendTraced(batch: EventBatch, tracing: Tracing): Promise<void> {
    const start = Date.now();
    const sending = this.send({ kind: 'events', batch });
    for (const { correlationId, occurredAt, position } of batch.events) {
      tracing.step('sequence', correlationId, Date.parse(occurredAt), { 'inventory.position': position });
    }
    await sending;
    const ids = new Set(batch.events.map(({ correlationId }) => correlationId));
    for (const id of ids) tracing.step('publish', id, start, { 'inventory.events': batch.events.length });
  }

  get heartbeatDue(): boolean {
    return this.clock.hasPassed(HEARTBEAT_EVERY, this.lastHeartbeat);
  }

  /**
   * Tells followers how far the log reaches, so that a lost last message is noticed as well.
   * @param published the last position that has been published; the log may have more that is published later
   */
  heartbeat(published: number): void {
    if (!this.heartbeatDue) return;
    this.lastHeartbeat = this.clock.now();
    this.publishUpTo(published);
  }

  /** For events that can't be published themselves: receivers read them from the log. */
  publishUpTo(position: number): void {
    void this.send({ kind: 'heartbeat', head: { epoch: this.log.epoch, position } });
  }

  private count({ headers }: EventBatch): void {
    const counts = new Map<EventType, number>();
    for (const { eventType } of headers) counts.set(eventType, (counts.get(eventType) ?? 0) + 1);
    for (const [eventType, count] of counts) this.metrics.published.inc({ event_type: eventType }, count);
  }

  /** Not awaited: a bus that hangs must not hold up the sequencing. */
  private async send(message: BusMessage): Promise<void> {
    if (this.inFlight >= IN_FLIGHT_LIMIT) return this.failed('backlogged');
    this.inFlight += 1;
    try {
      await this.bus.publish(message);
    } catch (error) {
      this.failed(this.bus.connected ? 'rejected' : 'disconnected', error);
    } finally {
      this.inFlight -= 1;
    }
  }

  private failed(reason: string, error?: unknown): void {
    this.metrics.publishFailures.inc({ reason });
    if (error) this.logger.debug(error);
  }
}
