import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { Clock, Metrics } from '../../infra/index.js';
import { type BusMessage, EventBus } from '../bus/event-bus.js';
import { EventBridge } from '../delivery/event-bridge.js';
import { EventsMetrics } from '../events.metrics.js';
import { EventLog } from '../log/event-log.js';
import { Leadership } from './leadership.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Sequencer } from './sequencer.js';
import { WakeSignal } from './wake-signal.js';

/** Milliseconds between polls: right after work, and at most when idle. */
const POLL_BUSY = 50;
const POLL_IDLE = 500;
/** Without the bus no wake arrives from other instances. */
const POLL_WITHOUT_BUS = 100;
const HEARTBEAT_EVERY = 500;
/** Messages under way to the bus; a bus slower than that is repaired from the log instead of filling memory. */
const IN_FLIGHT_LIMIT = 64;

/**
 * The outbox relay. On the leading instance: sequence, invalidate, then publish; elsewhere it waits to lead.
 * Whatever fails, the loop goes on: the log holds every event, and what wasn't published is repaired from there.
 */
@Injectable()
export class Relay implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Relay.name);
  private readonly signal = new WakeSignal();
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();
  private lastHeartbeat = 0;
  private inFlight = 0;
  private failing = false;

  constructor(
    private readonly sequencer: Sequencer,
    private readonly leadership: Leadership,
    private readonly lease: LeaseKeeper,
    private readonly bus: EventBus,
    private readonly bridge: EventBridge,
    private readonly log: EventLog,
    private readonly eventsMetrics: EventsMetrics,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  /** The first step is waited for: whoever is told that the instance is ready finds the relay at work. */
  async onApplicationBootstrap(): Promise<void> {
    this.bus.subscribe((message) => {
      if (message.kind !== 'wake' || !this.leading) return;
      this.lease.markDone(message.invalidated ?? []);
      this.wake();
    });
    await this.step();
    this.loop = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.signal.wake();
    await this.loop;
    await this.leadership.release();
  }

  get leading(): boolean {
    return this.leadership.held;
  }

  /** Events have been committed. */
  wake(): void {
    if (this.leading) this.signal.wake();
  }

  private async run(): Promise<void> {
    let pause = POLL_BUSY;
    while (!this.stopping) {
      const worked = await this.step();
      if (worked) {
        pause = POLL_BUSY;
        continue;
      }
      await this.signal.wait(this.leading && !this.bus.connected ? POLL_WITHOUT_BUS : pause);
      pause = Math.min(pause * 2, POLL_IDLE);
    }
  }

  /** @returns whether there may be more to do at once */
  private async step(): Promise<boolean> {
    try {
      if (!this.leading) this.lease.distrust();
      const events = await this.sequencer.sequence();
      this.failing = false;
      if (events === null) return false;
      if (events.length > 0) await this.announce(events);
      await this.lease.keep();
      await this.heartbeat();
      return events.length > 0;
    } catch (error) {
      if (!this.failing) this.logger.error(error);
      this.failing = true;
      this.metrics.errors.inc({ type: 'relay' });
      // Whatever it was, a fresh connection is the way on; an unanswered statement would block this one.
      await this.leadership.release();
      return false;
    }
  }

  private async announce(events: InventoryEvent[]): Promise<void> {
    await this.lease.invalidate(events);
    // This instance needn't wait for its own message to come back; the bridge drops what it has seen.
    this.bridge.accept(events);
    for (const { eventType } of events) this.eventsMetrics.published.inc({ event_type: eventType });
    void this.publish({ kind: 'events', events });
  }

  /** Tells followers how far the log reaches, so that a lost last message is noticed as well. */
  private async heartbeat(): Promise<void> {
    if (!this.clock.hasPassed(HEARTBEAT_EVERY, this.lastHeartbeat)) return;
    this.lastHeartbeat = this.clock.now();
    void this.publish({ kind: 'heartbeat', head: await this.log.head() });
  }

  /** Not awaited by the loop: a bus that hangs must not hold up the sequencing. */
  private async publish(message: BusMessage): Promise<void> {
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
    this.eventsMetrics.publishFailures.inc({ reason });
    if (error) this.logger.debug(error);
  }
}
