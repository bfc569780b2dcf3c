import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type {
  FoundProduct,
  InventoryEvent as LoggedEvent,
  LogCursor,
  NotRecovered,
  Page,
  ProductChange,
  ProductSearchOptions,
  SubscriptionConfirmed,
} from '../contracts/index.js';

/** What has happened to one product; `changes` say which fields had and have which values. */
export interface InventoryEvent extends Omit<LoggedEvent, 'changes'> {
  /** Empty for creations and deletions: `product` says it all. */
  changes: ProductChange[];
}

export interface InventoryClientOptions {
  /** Where the server is, such as `https://mandi.example`. */
  url: string;
  /** Sent as bearer token with searches and as `auth.token` with the connection. */
  token?: string;
  /** Instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** For Socket.IO: transports, delays of reconnections and so on. */
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

export type ProductPage = Page<FoundProduct>;

export interface LiveSearchOptions extends Partial<ProductSearchOptions> {
  /** Milliseconds between two requests of this search, at least; 1,000 unless given. */
  interval?: number | undefined;
  /** Searches that failed; they are tried again unless the server refused the query itself. */
  onError?: ((error: Error) => void) | undefined;
  /** Called when `status` has changed. */
  onStatus?: ((status: LiveSearchStatus) => void) | undefined;
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
