import type { EventType, InventoryEvent } from '../../contracts/index.js';

/** A subscriber in this process. `callback` may be slow or fail: it harms no other subscriber. */
export interface EventSubscription {
  subscriberId: string;
  /** Absent or empty: all. */
  eventTypes?: readonly EventType[] | undefined;
  /** Called for one event at a time, in position order. */
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
