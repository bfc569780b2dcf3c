export type { Listener } from './emitter.js';
export { InventoryClientError } from './errors.js';
export type { ChangeOptions, RequestOptions, WriteOptions } from './http.js';
export { createInventoryClient, type InventoryClient } from './inventory-client.js';
export type { Products } from './products.js';
export type { TokenSource } from './tokens.js';
export type {
  AvailabilityResult,
  AvailabilityUpdate,
  ClientEvents,
  Gap,
  InventoryClientOptions,
  InventoryEvent,
  InventoryItem,
  InventoryItemResult,
  LiveSearch,
  LiveSearchOptions,
  LiveSearchStatus,
  PageChange,
  ProductPage,
  RoomHandler,
  SubscribeOptions,
  Subscription,
  VendorPage,
} from './types.js';
export type { Vendors } from './vendors.js';
export type {
  Availability,
  EventType,
  FieldError,
  FoundProduct,
  FoundVendor,
  LogCursor,
  Named,
  Names,
  NewProduct,
  NewVendor,
  NotRecovered,
  Page,
  PageOptions,
  Problem,
  Product,
  ProductChange,
  ProductFields,
  ProductFilters,
  ProductSearchOptions,
  ProductSort,
  ProductUpdates,
  Room,
  SubscriptionConfirmed,
  Vendor,
  VendorFields,
  VendorFilters,
  VendorInventoryStats,
} from '../contracts/index.js';
