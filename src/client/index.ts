export { InventoryClientError } from './errors.js';
export { createInventoryClient, type InventoryClient } from './inventory-client.js';
export type {
  ClientEvents,
  Gap,
  InventoryClientOptions,
  LiveSearch,
  LiveSearchOptions,
  PageChange,
  ProductPage,
  RoomHandler,
  SubscribeOptions,
  Subscription,
} from './types.js';
export type {
  FoundProduct,
  InventoryEvent,
  LogCursor,
  Product,
  Room,
  SubscriptionConfirmed,
} from '../contracts/index.js';
