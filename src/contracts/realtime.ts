import type { LogCursor } from './inventory-event.js';
import type { SeriesPoint } from './series.js';

/** Socket.IO namespace of everything below. */
export const NAMESPACE = '/inventory';

export const SUBSCRIBE = 'subscribe_inventory';
export const UNSUBSCRIBE = 'unsubscribe_inventory';
export const SUBSCRIBED = 'inventory_subscription_confirmed';
export const UNSUBSCRIBED = 'inventory_unsubscription_confirmed';
export const NOTIFICATION = 'inventory_notification';
export const EXCEPTION = 'exception';
/** The instance is shutting down: the connection ends next, and a reconnection leads to another one. */
export const CLOSING = 'inventory_server_closing';

export const SUBSCRIBE_SERIES = 'subscribe_series';
export const UNSUBSCRIBE_SERIES = 'unsubscribe_series';
export const SERIES_SUBSCRIBED = 'series_subscription_confirmed';
export const SERIES_UNSUBSCRIBED = 'series_unsubscription_confirmed';
export const SERIES_UPDATED = 'series_updated';

export const ROOM_TYPES = ['vendor', 'category', 'general'] as const;
export type RoomType = (typeof ROOM_TYPES)[number];
export type Room = { type: 'vendor'; vendorId: string } | { type: 'category'; category: string } | { type: 'general' };

/** What is sent with `subscribe_inventory`; `since` is where the client's knowledge ends. */
export type SubscribeMessage = Room & { since?: LogCursor };

/**
 * Why a cursor couldn't be followed from, so that the client refetches and goes on from `position`: it is of another
 * log, or there is more to send again than the replay bound (or, for a position that has never been, nothing).
 */
export const NOT_RECOVERED = ['epoch_changed', 'too_old'] as const;
export type NotRecovered = (typeof NOT_RECOVERED)[number];

/** From here on the client gets every event of the room after `position`. */
export type SubscriptionConfirmed = Room & {
  room: string;
  epoch: string;
  position: number;
  /** Whether everything after the client's `since` has been or will be sent. */
  recovered: boolean;
  /** Events sent again from the log. */
  replayed: number;
  /** `conflated`: a client that was too slow got only the newest event of each product. */
  reason?: NotRecovered | 'conflated';
};

export type UnsubscriptionConfirmed = Room & { room: string };

/** A series by day that is kept up to date: of a commodity in a state, or without one in the whole country. */
export interface SeriesRoom {
  commodity: string;
  /** Whatever the case, in any script, also by another name. */
  state?: string;
}

/** What is sent with `subscribe_series`; `since` is where the client's points end. */
export type SubscribeSeriesMessage = SeriesRoom & { since?: LogCursor };

/** From here on the client gets every point that changes after `position`, as it is then. */
export interface SeriesSubscriptionConfirmed {
  commodity: string;
  /** As vendors spell it; null: the whole country. */
  state: string | null;
  epoch: string;
  position: number;
  /** Whether everything after the client's `since` has been or will be sent. */
  recovered: boolean;
  /** Points sent again. */
  replayed: number;
  reason?: NotRecovered;
}

export type SeriesUnsubscriptionConfirmed = Pick<SeriesSubscriptionConfirmed, 'commodity' | 'state'>;

/** A point of one day as it is now; one without reports, suspicious ones included, is a point no more. */
export interface SeriesUpdated {
  commodity: string;
  /** Null: the whole country. */
  state: string | null;
  /** `quintal` for what is sold by weight, else `piece`, `litre` or the unit itself. */
  unit: string;
  currency: string;
  point: SeriesPoint;
  /** At which it has changed. */
  position: number;
}

export interface ExceptionMessage {
  status: 'error';
  code: string;
  message: string;
}
