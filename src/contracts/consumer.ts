import type { EventType, InventoryEvent } from './inventory-event.js';

/** Which events are wanted; what is absent or empty leaves nothing out. An event must fit all that is given. */
export interface ConsumerFilter {
  eventTypes?: readonly EventType[];
  vendorIds?: readonly string[];
  /** The category of the event, as `GET /events` has it. */
  categories?: readonly string[];
  /** Of the product that the event carries; events without one don't fit. */
  commodities?: readonly string[];
}

export const FAILURE_MODES = ['block', 'skip'] as const;
/** What comes after an event that fails: `block`: later events of its product (or vendor) wait, `skip`: they go on. */
export type FailureMode = (typeof FAILURE_MODES)[number];

export const CONSUMER_KINDS = ['in-process', 'http', 'projection'] as const;
/** `projection`: what fills the tables of one, which is neither sought nor deleted. */
export type ConsumerKind = (typeof CONSUMER_KINDS)[number];

/** Where a consumer begins: behind a position, with what occurred at or after a time, or at an end of the log. */
export type ConsumerStart = 'now' | 'beginning' | { position: number } | { time: string };

export interface ConsumerState {
  name: string;
  kind: ConsumerKind;
  filter: ConsumerFilter;
  onFailure: FailureMode;
  maxAttempts: number;
  paused: boolean;
  /** Everything up to here has been handled, is parked, waits for another attempt, or is none of the filter's. */
  position: number;
  /** Positions of the log behind `position`. */
  lag: number;
  /** Age of the first event behind `position`; 0 if there is none. */
  lagSeconds: number;
  /** The instances that own its partitions, or the subject of the token that holds the lease; null: none. */
  owner: string | null;
  /** Events that wait for another attempt. */
  failing: number;
  /** When the first attempt at the oldest of them failed. */
  failingSince: string | null;
  /** Events that have had all their attempts. */
  parked: number;
  /** One of an HTTP consumer. */
  partitions: { partition: number; position: number; owner: string | null }[];
  createdAt: string;
}

export interface LeasedEvents {
  /** To acknowledge with; null if there are no events, or another client holds the lease. */
  lease: string | null;
  /** In position order. */
  events: InventoryEvent[];
  /** Acknowledging this position acknowledges all of `events`. */
  position: number;
  /** With `block`, what follows an event of `events` that fails, of the same product, comes again after it. */
  onFailure: FailureMode;
}

export interface ParkedEvent {
  eventId: string;
  position: number;
  /** The product, or the vendor of an event without one. */
  key: string;
  attempts: number;
  /** Of the last attempt. */
  error: string;
  firstFailedAt: string;
  parkedAt: string;
}

/** What events are ordered by: the product or, of events without one, the vendor. */
export const keyOf = ({ productId, vendorId }: Pick<InventoryEvent, 'productId' | 'vendorId'>): string =>
  productId ?? vendorId;

/** Whether an event is one of the filter's; `EventLog.readMatching` says the same in SQL. */
export function fits(event: InventoryEvent, filter: ConsumerFilter): boolean {
  const { eventTypes, vendorIds, categories, commodities } = filter;
  return (
    has(eventTypes, event.eventType) &&
    has(vendorIds, event.vendorId) &&
    has(categories, event.category) &&
    // What an event carries may be parsed only when it is read.
    (!commodities?.length || has(commodities, event.product?.commodity))
  );
}

function has<Value>(wanted: readonly Value[] | undefined, value: Value | null | undefined): boolean {
  return !wanted?.length || (value !== null && value !== undefined && wanted.includes(value));
}
