import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EventType, InventoryEvent, LogCursor } from '../../contracts/index.js';
import { Clock, Metrics, TimeSlice } from '../../infra/index.js';
import { type BusMessage, EventBus } from '../bus/event-bus.js';
import { EventNotice } from '../event-notice.js';
import { EventReaction, type NewEpochHandler } from '../event-reaction.js';
import { EventsMetrics } from '../events.metrics.js';
import type { EventBatch, EventHeader } from '../log/event-batch.js';
import { LogHistory } from '../log/log-history.js';
import { EventLog } from '../log/event-log.js';
import { LeaderWord } from '../invalidation/leader-word.js';
import type { LocalDelivery } from '../publisher/local-delivery.js';
import { DeliveryCounts } from './delivery-counts.js';
import { EventListeners } from './event-listeners.js';

/** Events read from the log in one query, and the most that wait here in memory. */
const READ_LIMIT = 1_000;
const QUEUE_LIMIT = 10_000;
/** Milliseconds without a word from the leader after which the log is followed by polling, and how often. */
const SILENCE = 1_500;
const POLL_EVERY = 250;

/**
 * From the bus to this process's EventEmitter: every event once, in position order, whatever the bus loses, doubles
 * or delays. What arrives out of turn is a gap and is filled from the log; when the bus is silent the log is polled.
 *
 * A thousand events for thousands of sockets take seconds, so events are delivered in slices of some milliseconds, and
 * others have the event loop in between. An event is never parted: between two slices the cursor says exactly what all
 * listeners have been given.
 */
@Injectable()
@EventReaction({ to: 'newEpoch', order: 20 })
export class EventBridge implements LocalDelivery, NewEpochHandler, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(EventBridge.name);
  private position = 0;
  /** Of a notice only the log has the content. */
  private queue: (InventoryEvent | EventNotice)[] = [];
  /** The log is known or suspected to reach further than the queue. */
  private behind = false;
  /** What was begun goes on in later ticks. */
  private draining = false;
  private started = false;
  private restarts = 0;
  private lastHeard = 0;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly bus: EventBus,
    private readonly log: EventLog,
    private readonly listeners: EventListeners,
    private readonly counts: DeliveryCounts,
    private readonly eventsMetrics: EventsMetrics,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    private readonly history: LogHistory,
    private readonly word: LeaderWord,
  ) {}

  /** Everything up to here has been delivered to this process. */
  get cursor(): LogCursor {
    return { epoch: this.log.epoch, position: this.position };
  }

  async onApplicationBootstrap(): Promise<void> {
    this.word.follow(() => this.bus.connected);
    // Listening comes first: what is published while the head is read waits in the queue.
    this.unsubscribe = this.bus.subscribe((message) => this.receive(message));
    this.position = (await this.log.head()).position;
    this.history.reached({ position: this.position, eventId: null });
    await this.history.look();
    this.started = true;
    this.lastHeard = this.clock.now();
    this.timer = setInterval(() => this.pollWhenSilent(), POLL_EVERY);
    this.drain();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.unsubscribe();
    this.started = false;
  }

  /** Takes events of this log; those that have been delivered already are dropped, and those of another epoch. */
  accept(batch: EventBatch): void {
    if (batch.epoch !== this.log.epoch) return this.catchUp();
    this.word.heard(batch.lastPosition);
    if (batch.firstPosition <= this.position) this.compare(batch);
    const next = this.started && batch.firstPosition === this.position + 1;
    // What waits in the queue or is being read can only be the same events.
    if (next && !this.listeners.present) for (const header of batch.headers) this.passed(header);
    else if (batch.lastPosition > this.position) this.enqueue(batch.headers.length, () => batch.events);
    this.drain();
  }

  /** The same of which not all contents are here. */
  private acceptNotices(entries: readonly (InventoryEvent | EventNotice)[]): void {
    const [first, last] = [entries[0]!.position, entries.at(-1)!.position];
    this.word.heard(last);
    if (first <= this.position) this.compare({ headers: entries, firstPosition: first });
    if (last > this.position) this.enqueue(entries.length, () => entries);
    this.drain();
  }

  /** Events that have been delivered already should be the same ones. */
  private compare({ headers, firstPosition }: { headers: readonly Known[]; firstPosition: number }): void {
    const again = headers[this.position - firstPosition];
    if (again && again.eventId !== null && this.history.contradicts(again)) this.history.doubt();
  }

  private enqueue(count: number, events: () => readonly (InventoryEvent | EventNotice)[]): void {
    // Beyond the limit delivery can't keep up: the log keeps the rest better than memory does.
    if (this.queue.length + count > QUEUE_LIMIT) this.behind = true;
    else this.queue.push(...events());
  }

  private receive(message: BusMessage): void {
    this.word.heardBus();
    if (message.kind === 'wake') return;
    // Another database's instances may be on the same channel; their leader's word is not ours.
    const epoch = epochOf(message);
    if (epoch !== this.log.epoch) return this.history.doubt();
    this.lastHeard = this.clock.now();
    if (message.kind === 'events') return this.accept(message.batch);
    if (message.kind === 'notices') return this.acceptNotices(message.entries);
    this.word.heard(message.head.position);
    if (message.head.position > this.lastQueued()) this.catchUp();
  }

  private lastQueued(): number {
    return Math.max(this.position, this.queue.at(-1)?.position ?? 0);
  }

  /** The log was set back: what follows this position is delivered, and nothing of what was known of the old one. */
  onNewEpoch({ position }: LogCursor): void {
    this.position = position;
    this.word.restart(position);
    this.queue = [];
    this.restarts += 1;
    this.catchUp();
  }

  private pollWhenSilent(): void {
    if (this.history.due) void this.history.look();
    if (!this.bus.connected || this.clock.hasPassed(SILENCE, this.lastHeard)) this.catchUp();
  }

  private catchUp(): void {
    this.behind = true;
    this.drain();
  }

  private drain(): void {
    if (this.draining || !this.started) return;
    // Deliver at once what needs no reading, so that a commit reaches local rooms in the same tick.
    if (this.deliverSlice() && !this.behind) return;
    this.draining = true;
    void this.deliverRest().finally(() => {
      this.draining = false;
      if (this.queue.length > 0) this.drain();
    });
  }

  /**
   * Delivers from the queue up to the first gap, as much of it as fits into a slice.
   *
   * @returns whether that was all
   */
  private deliverSlice(): boolean {
    // A single event, as mostly, needs none: to begin one takes a twentieth of what an event does that nothing needs.
    const slice = this.queue.length > 1 ? new TimeSlice() : undefined;
    let taken = 0;
    let isOver = false;
    for (const event of this.queue) {
      if (event.position > this.position + 1) {
        this.behind = true;
        break;
      }
      // What comes while the only one is handed out is for the next turn.
      if ((isOver = taken > 0 && (slice?.isOver ?? true))) break;
      const isNext = event.position === this.position + 1;
      // Asked now, not when the notice came: a room that was joined since then begins behind the last delivery.
      if (event instanceof EventNotice && isNext && this.listeners.needs(event)) {
        this.behind = true;
        break;
      }
      taken += 1;
      if (!isNext) continue;
      if (event instanceof EventNotice) this.passBy(event);
      else this.deliver(event, this.queue[taken]?.position === event.position + 1);
    }
    this.queue = taken === this.queue.length ? [] : this.queue.slice(taken);
    return !isOver;
  }

  private async deliverQueued(): Promise<void> {
    while (this.started && !this.deliverSlice()) await endOfTurn();
  }

  private async deliverRest(): Promise<void> {
    try {
      await this.deliverQueued();
      while (this.behind && this.started) {
        // Lowered before the read: what is found missing meanwhile may have come after the read's snapshot.
        this.behind = false;
        const waiting = this.queue.length;
        const { restarts } = this;
        const { events, more } = await this.log.readPage(this.position, READ_LIMIT);
        // They may be of the log as it was before.
        if (restarts !== this.restarts) continue;
        if (events[0]?.position === this.position + 1) this.eventsMetrics.repairs.inc();
        // What waited beyond the log's end can only be of a log that is gone.
        if (events.length === 0) this.queue = this.queue.slice(waiting);
        else this.queue = [...events, ...this.queue];
        await this.deliverQueued();
        this.bus.reached(this.cursor);
        if (more) this.behind = true;
      }
    } catch (error) {
      // PostgreSQL is away; the poll comes back here until it isn't.
      this.behind = true;
      this.metrics.errors.inc({ type: 'log_read' });
      this.logger.debug(error);
      this.lastHeard = 0;
      this.queue = [];
    }
  }

  /** @param more whether the next one is at hand */
  private deliver(event: InventoryEvent, more: boolean): void {
    // Set before the listeners run: a listener that is added while the event is handed out gets the later ones.
    this.position = event.position;
    this.listeners.emit(event, more);
    this.passed(event);
  }

  private passed(event: EventHeader): void {
    const { position, eventType, occurredAt } = event;
    this.position = position;
    this.history.reached(event);
    this.count(eventType, Date.parse(occurredAt));
  }

  /** An event that nothing here needs. */
  private passBy(notice: EventNotice): void {
    const { position, eventType, occurredAt, eventId } = notice;
    this.position = position;
    // Only an event that is known by its id tells whether the log went back.
    if (eventId !== null) this.history.reached({ position, eventId });
    this.count(eventType, occurredAt);
    this.listeners.passBy(notice);
  }

  private count(eventType: EventType, occurredAt: number): void {
    this.counts.add(eventType);
    this.eventsMetrics.delivery.observe(Math.max(0, this.clock.now() - occurredAt) / 1000);
  }
}

type Known = Pick<EventNotice, 'position' | 'eventId'>;

function epochOf(message: Exclude<BusMessage, { kind: 'wake' }>): string {
  switch (message.kind) {
    case 'events':
      return message.batch.epoch;
    case 'notices':
      return message.epoch;
    case 'heartbeat':
      return message.head.epoch;
  }
}
