import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { InventoryEvent } from '../../contracts/index.js';
import { isLockTimeout } from '../../database/index.js';
import { AsyncSignal, Metrics } from '../../infra/index.js';
import { EventBus } from '../bus/event-bus.js';
import { EventReaction, type NewEpochHandler } from '../event-reaction.js';
import { PublishOrder } from '../publisher/publish-order.js';
import { OrderedPublisher } from '../publisher/ordered-publisher.js';
import { Backlog } from './backlog.js';
import { LeaderElection } from '../sequencer/leader-election.js';
import { FreshnessLease } from '../invalidation/freshness-lease.js';
import { PendingEvents } from '../sequencer/pending-events.js';
import { SEQUENCE_BATCH } from '../sequencer/sequence-events.sql.js';
import { Sequencer } from '../sequencer/sequencer.js';

/** Milliseconds between polls: right after work, and at most when idle. */
const POLL_BUSY = 50;
const POLL_IDLE = 500;
/** Without the bus no wake arrives from other instances. */
const POLL_WITHOUT_BUS = 100;

/**
 * The outbox relay. On the leading instance: sequence, invalidate, then publish; elsewhere it waits to lead.
 * Whatever fails, the loop goes on: the log holds every event, and what wasn't published is repaired from there.
 */
@Injectable()
@EventReaction({ to: 'newEpoch', order: 10 })
export class Relay implements NewEpochHandler, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Relay.name);
  private readonly signal = new AsyncSignal();
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();
  private failing = false;
  /** Events have been committed of which only the log knows. */
  private unknown = false;

  constructor(
    private readonly sequencer: Sequencer,
    private readonly leadership: LeaderElection,
    private readonly lease: FreshnessLease,
    private readonly order: PublishOrder,
    private readonly ordered: OrderedPublisher,
    private readonly backlog: Backlog,
    private readonly pending: PendingEvents,
    private readonly bus: EventBus,
    private readonly metrics: Metrics,
  ) {}

  onNewEpoch(): void {
    this.lease.distrust();
    this.order.restart();
  }

  /** Awaits the first step: an instance that reports ready has a relay at work. */
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
    await this.order.whenOver(() => this.leadership.release(), true);
  }

  get leading(): boolean {
    return this.leadership.held;
  }

  /** Events have been committed. `kept`: all of them are among `PendingEvents`. */
  wake(kept = false): void {
    if (!this.leading) return;
    if (!kept) this.unknown = true;
    this.signal.wake();
  }

  private async run(): Promise<void> {
    let pause = POLL_BUSY;
    let full = false;
    while (!this.stopping) {
      this.unknown = false;
      const worked = await this.step(full);
      full = worked === SEQUENCE_BATCH;
      if (full) continue;
      if (worked > 0) {
        pause = POLL_BUSY;
        // Most wakes come while their events are being sequenced; another look for nothing is a fourth of what they
        // cost.
        if (!this.unknown && !this.pending.anyWaiting) this.signal.forget();
      }
      await this.signal.wait(this.leading && !this.bus.connected ? POLL_WITHOUT_BUS : pause);
      pause = Math.min(pause * 2, POLL_IDLE);
    }
  }

  /**
   * @param behind whether there is more than a batch
   * @returns how many events it has relayed, as far as it has counted them
   */
  private async step(behind = false): Promise<number> {
    try {
      if (behind) await this.order.whenOver(() => this.backlog.relay(() => !this.stopping), true);
      // Its answer says that this instance led when it was sent, or that it leads since.
      const sentAt = performance.now();
      const events = await this.sequence();
      this.failing = false;
      if (events === null) return 0;
      await this.sequencer.maintain();
      await this.ordered.keepUp(sentAt, () => this.sequencer.lastPosition());
      return events.length;
    } catch (error) {
      if (!this.failing) this.logger.error(error);
      this.failing = true;
      this.metrics.errors.inc({ type: 'relay' });
      // Another session keeps a row of the log locked, by hand: the next step may find it free.
      if (isLockTimeout(error)) return 0;
      // Whatever else it was, a fresh connection is the way on; an unanswered statement would block this one.
      await this.leadership.release();
      return 0;
    }
  }

  /** @returns what it has sequenced, and announced; null when another instance leads */
  private async sequence(): Promise<InventoryEvent[] | null> {
    const ticket = this.order.enter();
    try {
      const events = await this.sequencer.sequence();
      if (!events || events.length === 0) return events;
      ticket.numbered(events[0]!.position - 1, events.at(-1)!.position);
      await this.ordered.publish(ticket, events);
      return events;
    } finally {
      ticket.end();
    }
  }
}
