import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import type { LogCursor, NewInventoryEvent } from '../contracts/index.js';
import { Clock, ValidationFailedError } from '../infra/index.js';
import { CacheRegistry } from './invalidation/cache-registry.js';
import { EventCommitter } from './commit/event-committer.js';
import { EventBridge } from './delivery/event-bridge.js';
import { type EventStats, EventStatsReader } from './event-stats.js';
import { appendEventsSql, eventRows } from './log/append-events.sql.js';
import { newEventId } from './log/inventory-event.js';
import { WebSocketLink, type WebSocketService } from './subscribers/web-socket-link.js';
import type { EventSubscription } from './subscribers/event-subscription.js';
import { SubscriberRegistry } from './subscribers/subscriber-registry.js';

/** An event as a library user states it; what is absent is filled in. */
export type InventoryUpdate = Pick<NewInventoryEvent, 'eventType' | 'productId' | 'vendorId' | 'category' | 'product'> &
  Partial<NewInventoryEvent>;

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
    private readonly caches: CacheRegistry,
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
   */
  async publishInventoryUpdate(update: InventoryUpdate): Promise<void> {
    const event: NewInventoryEvent = {
      ...update,
      eventId: update.eventId ?? newEventId(),
      version: update.version ?? update.product.version,
      changes: update.changes ?? [],
      correlationId: update.correlationId ?? newEventId(),
      region: update.region ?? this.config.region,
      occurredAt: update.occurredAt ?? new Date(this.clock.now()).toISOString(),
    };
    const { events } = await this.committer.commit({
      sql: { append: APPEND_ONE },
      values: [eventRows([event]), event.productId],
      // The log keeps times and JSON in a form of its own.
      eventIds: [],
      resultOf: (rows) => ({ events: rows.map(() => event) }),
      retryable: false,
    });
    // The statement leaves out what names no product; resolving all the same would be a lie.
    if (events.length !== 1) throw new ValidationFailedError([{ field: 'productId', message: 'must be an id' }]);
  }

  /**
   * Calls `callback` with every later event of the given types, one at a time, in position order. A callback that
   * throws or rejects is counted and logged and gets the next event; a slow one delays no other subscriber and loses
   * nothing.
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
  clearAllCaches(): Promise<void> {
    return this.caches.clearAll();
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
