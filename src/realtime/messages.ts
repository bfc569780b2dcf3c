import type { Room } from './rooms.js';

export const SUBSCRIBE = 'subscribe_inventory';
export const UNSUBSCRIBE = 'unsubscribe_inventory';
export const SUBSCRIBED = 'inventory_subscription_confirmed';
export const UNSUBSCRIBED = 'inventory_unsubscription_confirmed';
export const NOTIFICATION = 'inventory_notification';
export const EXCEPTION = 'exception';

/** Why a cursor couldn't be followed from: the client refetches and goes on from `position`. */
export type NotRecovered = 'epoch_changed' | 'replay_unavailable';

/** From here on the client gets every event of the room after `position`. */
export type SubscriptionConfirmed = Room & {
  room: string;
  epoch: string;
  position: number;
  /** Whether everything after the client's `since` has been or will be sent. */
  recovered: boolean;
  /** Events sent again from the log. */
  replayed: number;
  reason?: NotRecovered;
};

export type UnsubscriptionConfirmed = Room & { room: string };

export interface ExceptionMessage {
  status: 'error';
  code: string;
  message: string;
}
