export { InventoryClientError } from './errors.js';
export { createInventoryClient, type InventoryClient } from './inventory-client.js';
export type {
  ClientEvents,
  Gap,
  InventoryClientOptions,
  InventoryEvent,
  LiveSearch,
  LiveSearchOptions,
  LiveSearchStatus,
  PageChange,
  ProductPage,
  RoomHandler,
  SubscribeOptions,
  Subscription,
} from './types.js';
export type {
  FoundProduct,
  LogCursor,
  Product,
  ProductChange,
  Room,
  SubscriptionConfirmed,
} from '../contracts/index.js';
