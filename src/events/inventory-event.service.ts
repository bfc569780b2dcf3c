import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { actorOf, type LogCursor, type NewProductEvent, withMarketFacts } from '../contracts/index.js';
import { Clock } from '../infra/index.js';
import { CacheInvalidation } from './invalidation/cache-invalidation.js';
import { EventCommitter } from './commit/event-committer.js';
import { EventBridge } from './delivery/event-bridge.js';
import { type EventStats, EventStatsReader } from './event-stats.js';
import { appendEventsSql, eventRows } from './log/append-events.sql.js';
import { newEventId } from './log/inventory-event.js';
import { checkInventoryUpdate, type InventoryUpdate } from './inventory-update.js';
import { WebSocketLink, type WebSocketService } from './subscribers/web-socket-link.js';
import type { EventSubscription } from './subscribers/event-subscription.js';
import { SubscriberRegistry } from './subscribers/subscriber-registry.js';

const APPEND_ONE = {
  name: 'append-event',
  text: `WITH changed AS (SELECT $2::text AS id, NULL::jsonb AS product) ${appendEventsSql('$1', 'changed')} RETURNING seq`,
};

/** The events module's front door. */
@Injectable()
export class InventoryEventService implements OnModuleDestroy {
  private static instance: InventoryEventService | undefined;

  constructor(
    private readonly committer: EventCommitter,
    private readonly subscribers: SubscriberRegistry,
    private readonly bridge: EventBridge,
    private readonly statsReader: EventStatsReader,
    private readonly caches: CacheInvalidation,
    private readonly webSocket: WebSocketLink,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    InventoryEventService.instance = this;
  }

  /** The container's one instance, for code outside of dependency injection. Throws before the container exists. */
  static getInstance(): InventoryEventService {
    if (!this.instance) throw new Error('InventoryEventService: the application is not running');
    return this.instance;
  }

  onModuleDestroy(): void {
    if (InventoryEventService.instance === this) InventoryEventService.instance = undefined;
  }

  /**
   * Appends an event that doesn't come from a product write. Resolves once it is durable in the log and no search
   * serves a page from before it; delivery follows in position order. Rejects if it can't be made durable, and then it
   * never will be. Product writes append their own events in their own transaction; don't announce those again.
   *
   * Throws `ValidationFailedError` for what isn't an event of the product: each of its fields is held to the rules of
   * requests.
   */
  async publishInventoryUpdate(update: InventoryUpdate): Promise<void> {
    checkInventoryUpdate(update);
    const event: NewProductEvent = {
      ...update,
      product: withMarketFacts({ ...update.product, comparablePrice: undefined }),
      eventId: update.eventId ?? newEventId(),
      version: update.version ?? update.product.version,
      changes: update.changes ?? [],
      actor: update.actor ?? actorOf(undefined),
      cause: update.cause ?? {},
      observation: update.observation ?? null,
      correlationId: update.correlationId ?? newEventId(),
      region: update.region ?? this.config.region,
      occurredAt: update.occurredAt ?? new Date(this.clock.now()).toISOString(),
    };
    await this.committer.commit({
      sql: { append: APPEND_ONE },
      values: [eventRows([event]), event.productId],
      // The log keeps times and JSON in a form of its own.
      eventIds: [],
      resultOf: (rows) => ({ events: rows.map(() => event) }),
    });
  }

  /**
   * Calls `callback` with every later event of the given types, or every one from `startFrom` on, one at a time, in
   * position order. A callback that throws or rejects is counted and logged and gets the next event; the failed one
   * comes again, after 1 s and then later and later, ten times in all. At most 1,000 events of a subscriber wait so, in
   * memory; beyond that the oldest is given up. A slow callback delays no other subscriber and loses nothing.
   *
   * All of it ends with the process, and each instance has its own. What must see every event whatever ends, or once
   * over all instances, is a durable consumer: `@EventConsumer` of `src/consumers`.
   */
  subscribe(subscription: EventSubscription): void {
    this.subscribers.add(subscription);
  }

  /** @returns false if there was no such subscriber */
  unsubscribe(subscriberId: string): boolean {
    return this.subscribers.remove(subscriberId);
  }

  getEventStats(): Promise<EventStats> {
    return this.statsReader.read();
  }

  /** Empties every search cache, on all instances. */
  async clearAllCaches(): Promise<void> {
    await this.caches.clear();
  }

  /** How the gateway makes itself known; null takes it away. */
  setWebSocketService(service: WebSocketService | null): void {
    this.webSocket.service = service;
  }

  /** Everything up to here has been delivered to this process. */
  get cursor(): LogCursor {
    return this.bridge.cursor;
  }
}
