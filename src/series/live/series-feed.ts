import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { AppConfig } from '../../config/index.js';
import { ProjectionPositions } from '../../consumers/index.js';
import type { InventoryEvent, SeriesUpdated } from '../../contracts/index.js';
import { type EventHandler, type EventNotice, EventReaction, type NewEpochHandler } from '../../events/index.js';
import { AsyncSignal, Metrics } from '../../infra/index.js';
import { bufferedBytes } from '../../realtime/index.js';
import { PRICE_SERIES } from '../projection/series-projection.js';
import { ChangedPointsReader } from './changed-points.js';
import { send, type SeriesSubscription, SeriesSubscriptions } from './series-subscriptions.js';

/**
 * Milliseconds between two looks: while the tables are behind an event, while they are behind one that may be of no
 * series or a client reads slowly, and else.
 */
const CATCHING_UP = 15;
const SLOW = 100;
const IDLE = 1_000;
/** Milliseconds without a move after which the tables are looked at seldom: those of an older version stand still. */
const STANDING = 1_000;

/**
 * Sends clients the points that change in their series. The events that are delivered to this instance say that there
 * is something new; what is new is read from the tables of the series, by the position at which it has changed. So
 * nothing is kept of a client but how far it has got, and one that reads slowly is left where it is: it gets each point
 * as it is when it reads again, and not every step on the way.
 *
 * *Maintained invariant*: a subscription that isn't `late` has been sent all that has changed up to `cursor`.
 */
@Injectable()
@EventReaction({ to: 'delivery', order: 40 })
@EventReaction({ to: 'newEpoch', order: 80 })
export class SeriesFeed implements EventHandler, NewEpochHandler, OnModuleDestroy {
  readonly subscriptions = new SeriesSubscriptions();
  private readonly logger = new Logger(SeriesFeed.name);
  private readonly signal = new AsyncSignal();
  private readonly sent = this.metrics.counter('series_updates_sent_total', 'Points of series handed to sockets.');
  private readonly late = new Set<SeriesSubscription>();
  /** Since what is read now was asked for. */
  private joined: SeriesSubscription[] = [];
  private cursor = 0;
  /** Positions of the newest event that may have changed a series, and of the newest that is known to have. */
  private target = 0;
  private known = 0;
  private running = false;
  private stopped = false;

  constructor(
    private readonly reader: ChangedPointsReader,
    private readonly positions: ProjectionPositions,
    private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {
    metrics.gauge('series_subscriptions', 'Subscriptions of series on this instance.', () => this.subscriptions.count);
  }

  get needed(): boolean {
    return this.subscriptions.count > 0;
  }

  /** Whatever has changed is read from the tables. */
  readonly follows = 'none';

  handle({ observation, product, vendor, eventType, position }: InventoryEvent): void {
    // Prices that vendors set are in no series of a commodity.
    if (!observation && !vendor && !(product && eventType === 'product_updated')) return;
    this.target = this.known = position;
    this.signal.wake();
  }

  /** A notice doesn't say whether a price was reported: of many there are few looks, and of one a look too many. */
  passedBy({ eventType, position }: EventNotice): void {
    if (eventType === 'availability_changed' || eventType === 'product_deleted') return;
    this.target = position;
    this.signal.wake();
  }

  onNewEpoch({ position }: { position: number }): void {
    this.cursor = this.target = this.known = position;
    for (const subscription of this.subscriptions.all) subscription.position = position;
  }

  onModuleDestroy(): void {
    this.stopped = true;
    this.signal.wake();
  }

  /** @param head position of the newest event that may be known to the client otherwise */
  join(subscription: SeriesSubscription, head: number): void {
    if (this.subscriptions.count === 0) this.cursor = subscription.position;
    else if (subscription.position < this.cursor) this.late.add(subscription);
    this.target = Math.max(this.target, head);
    this.known = Math.max(this.known, head);
    this.subscriptions.add(subscription);
    this.joined.push(subscription);
    this.signal.wake();
    if (!this.running) void this.run();
  }

  /** Whether more is waiting for a client to read than may. */
  isSlow(socket: Socket): boolean {
    return bufferedBytes(socket) > this.config.sendBufferBytes;
  }

  private async run(): Promise<void> {
    this.running = true;
    let movedAt = performance.now();
    while (!this.stopped && this.subscriptions.count > 0) {
      const from = this.cursor;
      let pause = IDLE;
      let isBehind = false;
      try {
        if (await this.step()) pause = SLOW;
        isBehind = this.cursor < this.target;
      } catch (error) {
        // PostgreSQL is away, or the tables are just being made.
        this.logger.debug(error);
      }
      if (!isBehind || this.cursor !== from) movedAt = performance.now();
      if (!isBehind) await this.signal.wait(pause);
      else {
        const isSoon = this.cursor < this.known && performance.now() - movedAt <= STANDING;
        await this.waitForTables(isSoon ? CATCHING_UP : SLOW);
      }
    }
    this.running = false;
  }

  /** Subscribers are readers that wait: tables that this instance feeds catch up without a rest. */
  private waitForTables(milliseconds: number): Promise<void> {
    return this.positions.awaited(PRICE_SERIES, () => sleep(milliseconds));
  }

  /** @returns whether a client is behind the others */
  private async step(): Promise<boolean> {
    const from = this.cursor;
    this.joined = [];
    const { updates, position } = await this.reader.after(from, this.subscriptions.series);
    // Set back, or joined anew, meanwhile.
    if (this.cursor !== from) return false;
    this.cursor = Math.max(from, position);
    // It wasn't known of them that they were wanted.
    for (const subscription of this.joined) if (subscription.position < this.cursor) this.late.add(subscription);
    for (const update of updates) {
      for (const subscription of this.subscriptions.of(keyOf(update))) this.bring(subscription, update, from);
    }
    for (const subscription of this.late) await this.catchUp(subscription);
    return this.late.size > 0;
  }

  private bring(subscription: SeriesSubscription, update: SeriesUpdated, from: number): void {
    if (this.late.has(subscription)) return;
    if (this.isSlow(subscription.socket)) {
      subscription.position = Math.max(subscription.position, from);
      this.late.add(subscription);
    } else this.sent.inc(send(subscription, [update]));
  }

  private async catchUp(subscription: SeriesSubscription): Promise<void> {
    const { socket, key } = subscription;
    if (this.subscriptions.find(socket, key) !== subscription) this.late.delete(subscription);
    else if (!this.isSlow(socket)) {
      const { updates, position } = await this.reader.after(subscription.position, [key]);
      this.sent.inc(send(subscription, updates));
      subscription.position = Math.max(subscription.position, position);
      if (subscription.position >= this.cursor) this.late.delete(subscription);
    }
  }
}

const keyOf = ({ commodity, state }: { commodity: string; state: string | null }) => ({
  commodity,
  state: state ?? '',
});
