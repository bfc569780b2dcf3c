import type { Product, ProductFields } from './product.js';

export const EVENT_TYPES = [
  'product_created',
  'product_updated',
  'product_deleted',
  'availability_changed',
  'price_changed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface FieldChange {
  field: string;
  oldValue: unknown;
  newValue: unknown;
}

/** A change of a product's field, with values of the field's own type. */
export type ProductChange = {
  [Field in keyof ProductFields]: { field: Field; oldValue: ProductFields[Field]; newValue: ProductFields[Field] };
}[keyof ProductFields];

/** A fact that has happened to one product, as the writer states it. */
export interface NewInventoryEvent {
  /** UUID v7. */
  eventId: string;
  eventType: EventType;
  productId: string;
  vendorId: string;
  category: string;
  /** The product's version after the change; for a deletion one more than the last state's. */
  version: number;
  /** Empty for creations and deletions: `product` says it all. */
  changes: FieldChange[];
  /** The state after the change; for a deletion the last state. */
  product: Product;
  correlationId: string;
  region: string;
  /** ISO 8601, UTC, milliseconds. */
  occurredAt: string;
}

/** An event that has its place in the log. Positions are contiguous from 1 within an epoch. */
export interface InventoryEvent extends NewInventoryEvent {
  epoch: string;
  position: number;
}

/** A place in the event log: everything up to and including `position` has been seen. */
export interface LogCursor {
  /** UUID of the log, a new one if the database was set back; positions of different epochs can't be compared. */
  epoch: string;
  position: number;
}
