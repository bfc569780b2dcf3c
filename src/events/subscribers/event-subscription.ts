import type { EventType, InventoryEvent } from '../../contracts/index.js';

/**
 * A subscriber in this process. `callback` may be slow or fail: it harms no other subscriber. It lives and dies with
 * the process; what must not miss an event whatever ends is a durable consumer (`@EventConsumer`).
 */
export interface EventSubscription {
  subscriberId: string;
  /** Absent or empty: all. */
  eventTypes?: readonly EventType[] | undefined;
  /** Behind a position, or with what occurred at or after a time (ISO 8601). Absent: with what comes next. */
  startFrom?: { position: number } | { time: string } | undefined;
  /** Called for one event at a time, in position order; again later for an event with which it has failed. */
  callback: (event: InventoryEvent) => void | Promise<void>;
}

export interface SubscriberStats {
  subscriberId: string;
  eventTypes: readonly EventType[];
  delivered: number;
  failed: number;
  /** Events that wait in memory for the callback. */
  queued: number;
  /** Log positions between the newest event and the last one handled. */
  lag: number;
}
