import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type {
  Availability,
  FoundProducts,
  FoundVendor,
  LogCursor,
  NotRecovered,
  Page,
  ProductChange,
  PriceRecordedEvent as LoggedPriceRecordedEvent,
  ProductEvent as LoggedProductEvent,
  PriceSeries,
  ProductSearchOptions,
  ProductUpdates,
  SeriesPoint,
  SubscriptionConfirmed,
  VendorChange,
  VendorEvent as LoggedVendorEvent,
} from '../contracts/index.js';
import type { TokenSource } from './tokens.js';

/** What has happened to one product; `changes` say which fields had and have which values. */
export interface ProductEvent extends Omit<LoggedProductEvent, 'changes'> {
  /** Empty for creations and deletions: `product` says it all. */
  changes: ProductChange[];
}

/** What has happened to the vendor itself; its room receives it. */
export interface VendorEvent extends Omit<LoggedVendorEvent, 'changes'> {
  /** Empty for a creation: `vendor` says it all. */
  changes: VendorChange[];
}

/** Told apart by `eventType`, or by `product`, which is null in a vendor's. */
export type InventoryEvent = ProductEvent | VendorEvent;

/** A report that leaves the price of a product as it is; no room receives it. */
export interface PriceRecordedEvent extends Omit<LoggedPriceRecordedEvent, 'changes'> {
  changes: ProductChange[];
}

/** What a durable consumer is given: every kind of event there is. */
export type ConsumedEvent = InventoryEvent | PriceRecordedEvent;

export interface ConsumeOptions {
  /** Events that are leased at once at most; 100, up to 1,000. */
  max?: number;
}

export interface Consuming {
  /** Begins nothing more; resolves when the event under way is done and acknowledged. */
  close(): Promise<void>;
}

export interface InventoryClientOptions {
  /** Where the server is, such as `https://mandi.example`; with a path if a proxy has it under one. */
  url: string;
  /**
   * Sent as bearer token with requests and as `auth.token` with the connection. A function is called again when the
   * server refuses its token and when the client connects again, so a token may expire. Reading needs none and goes on
   * when the server refuses it.
   */
  token?: TokenSource;
  /** Instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /**
   * For Socket.IO: transports, delays of reconnections and so on. Unless they say otherwise WebSocket comes first,
   * which needs no sticky sessions behind a load balancer; long polling, which does, only if it can't be had. The
   * packed file for browsers has no transport `webtransport` and heeds neither `requestTimeout` nor a `parser` of
   * binary messages.
   */
  socketOptions?: Partial<ManagerOptions & SocketOptions>;
}

/** Events of the client itself. */
export interface ClientEvents {
  /** Rooms are being joined again; nothing needs to be done. */
  connected: undefined;
  /** With Socket.IO's reason. The client connects again by itself. */
  disconnected: string;
  /** A connection or a request that failed, or a handler that threw. What can be tried again is. */
  error: Error;
}

/** What a handler misses for good: fetch the current state; events after `position` follow by themselves. */
export interface Gap extends LogCursor {
  /**
   * `epoch_changed`: the server has another event log; `too_old`: too much was missed; `conflated`: we read too slowly
   * and were sent the newest event of each product only.
   */
  reason: NotRecovered | 'conflated';
}

export interface RoomHandler {
  /** Called once for every event, in the order of positions. */
  onEvent(event: InventoryEvent): void;
  onGap?(gap: Gap): void;
  /** `live` once the server has confirmed, `waiting` when the connection is lost. */
  onStatus?(status: 'live' | 'waiting'): void;
}

export interface SubscribeOptions {
  /** Where your knowledge ends, such as `{epoch, position}` of a page. Without it the subscription begins now. */
  since?: LogCursor;
}

export interface Subscription {
  /**
   * The server's first confirmation; events may have come before. Rejects with an `InventoryClientError`:
   * `validation_failed`, `too_many_subscriptions` (a client has at most 100 rooms), `closed`.
   */
  readonly ready: Promise<SubscriptionConfirmed>;
  /** No handler is called from now on. */
  unsubscribe(): void;
}

export type ProductPage = FoundProducts;
export type VendorPage = Page<FoundVendor>;

export interface AvailabilityUpdate {
  productId: string;
  availability: Availability;
}

export interface AvailabilityResult {
  productId: string;
  status: 'updated' | 'unchanged' | 'not_found' | 'rejected';
  /** Absent when there is no such product, and when the update was rejected. */
  version?: number;
  /** Why it was rejected. */
  reason?: string;
  /** The first field at fault; absent if it is the update as a whole. */
  field?: string;
}

/** A vendor's own line: its sku and whatever is to be set. A new sku needs name, category and basePrice. */
export type InventoryItem = ProductUpdates & { sku: string };

export interface InventoryItemResult {
  sku: string;
  productId: string | null;
  status: 'created' | 'updated' | 'unchanged' | 'rejected';
  version: number | null;
  /** Why it was rejected. */
  reason?: string;
  /** The first field at fault; absent if it is the item as a whole. */
  field?: string;
}

export interface LiveSearchOptions extends Partial<ProductSearchOptions> {
  /** Milliseconds between two requests of this search, at least; 1,000 unless given. */
  interval?: number | undefined;
  /** Searches that failed; they are tried again unless the server refused the query itself. */
  onError?: ((error: Error) => void) | undefined;
  /** Called when `status` has changed. */
  onStatus?: ((status: LiveSearchStatus) => void) | undefined;
}

/** Which series by day is wanted, per quintal in INR. */
export interface LiveSeriesFilter {
  commodity: string;
  /** Whatever the case, in any script; without it the whole country. */
  state?: string | undefined;
  /** First and last market day, `yyyy-mm-dd`; a year until today. */
  from?: string | undefined;
  to?: string | undefined;
}

export interface LiveSeriesOptions {
  /** Requests that failed; they are tried again unless the server refused the query itself. */
  onError?: ((error: Error) => void) | undefined;
  /** Called when `status` has changed. */
  onStatus?: ((status: LiveSeriesStatus) => void) | undefined;
}

export interface SeriesChange {
  /** `loaded`: all points, for the first time; `updated`: one of them; `refetched`: all, since too much was missed. */
  reason: 'loaded' | 'updated' | 'refetched';
  /** The point that has changed; one with neither reports nor suspicious ones is one no more. */
  point?: SeriesPoint;
}

/** As that of a live search. */
export type LiveSeriesStatus = 'loading' | 'live' | 'stale' | 'refused';

export interface LiveSeriesHandle {
  /** As it is now; `null` until it has come. A change makes a new object. */
  readonly series: PriceSeries | null;
  readonly status: LiveSeriesStatus;
  close(): void;
}

export interface PageChange {
  /** `loaded`: the first page; `patched`: an event has changed products on it; `refetched`: it was asked for again. */
  reason: 'loaded' | 'patched' | 'refetched';
}

/**
 * `loading`: there is no page yet; `live`: the page follows the events; `stale`: it may be out of date, because the
 * server can't be asked or heard just now, which is tried again and again; `refused`: the query is wrong (400), so it
 * isn't asked any more.
 */
export type LiveSearchStatus = 'loading' | 'live' | 'stale' | 'refused';

export interface LiveSearch {
  /** The page as it is now; `null` until the first has come. A change makes a new object, so it can be compared. */
  readonly page: ProductPage | null;
  readonly status: LiveSearchStatus;
  close(): void;
}
