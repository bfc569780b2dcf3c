import type { Product, ProductFields } from './product.js';
import type { Vendor, VendorFields } from './vendor.js';

/** Of one product, whose state they carry. */
export const PRODUCT_EVENT_TYPES = [
  'product_created',
  'product_updated',
  'product_deleted',
  'availability_changed',
  'price_changed',
] as const;
export type ProductEventType = (typeof PRODUCT_EVENT_TYPES)[number];

/** Of one vendor, whose state they carry. */
export const VENDOR_EVENT_TYPES = ['vendor_created', 'vendor_updated'] as const;
export type VendorEventType = (typeof VENDOR_EVENT_TYPES)[number];

export const EVENT_TYPES = [...PRODUCT_EVENT_TYPES, 'price_recorded', ...VENDOR_EVENT_TYPES] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface FieldChange {
  field: string;
  oldValue: unknown;
  newValue: unknown;
}

/** A change of a product's field, with values of the field's own type; of a vendor's. */
export type ProductChange = {
  [Field in keyof ProductFields]: { field: Field; oldValue: ProductFields[Field]; newValue: ProductFields[Field] };
}[keyof ProductFields];
export type VendorChange = {
  [Field in keyof VendorFields]: { field: Field; oldValue: VendorFields[Field]; newValue: VendorFields[Field] };
}[keyof VendorFields];

export const ACTOR_KINDS = ['vendor', 'admin', 'import', 'library', 'region'] as const;

/** Whose change it is. `library`: code in the server's process that calls its services itself. */
export interface EventActor {
  kind: (typeof ACTOR_KINDS)[number];
  /** Of a vendor, an admin and an import: the subject of the token. */
  id: string;
}

/** What has led to a change, as far as there is anything to find again. */
export interface EventCause {
  importId?: string;
  /** The `Idempotency-Key` of the request. */
  idempotencyKey?: string;
}

export const OBSERVATION_FLAGS = ['contradictory', 'suspicious', 'rounded'] as const;
export type ObservationFlag = (typeof OBSERVATION_FLAGS)[number];

/** What has arrived at a market; `kg` is null if the unit has no known weight. */
export interface Arrivals {
  quantity: number;
  unit: string;
  kg: number | null;
}

/** A report of a product's price on one market day. Prices are per `unit` in `currency`. */
export interface PriceObservation {
  /** Market day, `yyyy-mm-dd`. */
  day: string;
  min: number | null;
  max: number | null;
  modal: number;
  unit: string;
  currency: string;
  arrivals: Arrivals | null;
  /** From 1 on among the reports of the product and day. */
  revision: number;
  source: string;
  flags: ObservationFlag[];
}

interface EventFacts {
  /** UUID v7. */
  eventId: string;
  vendorId: string;
  /** The version of the product, or the vendor, after the change; for a deletion one more than the last state's. */
  version: number;
  /** Empty for creations and deletions, whose state says it all. */
  changes: FieldChange[];
  cause: EventCause;
  /** The report that the event comes from, if it comes from one. */
  observation: PriceObservation | null;
  correlationId: string;
  region: string;
  /** ISO 8601, UTC, milliseconds. */
  occurredAt: string;
}

interface ProductEventContent extends EventFacts {
  eventType: ProductEventType;
  productId: string;
  category: string;
  /** The state after the change; for a deletion the last state. */
  product: Product;
  vendor?: undefined;
}

/**
 * A report that leaves the product's price and unit as they are: of an older day, or of the same price on another day.
 * `changes` are those of the product's other fields. It is sent to no room.
 */
interface PriceRecordedContent extends EventFacts {
  eventType: 'price_recorded';
  productId: string;
  category: string;
  product: null;
  vendor?: undefined;
  observation: PriceObservation;
}

interface VendorEventContent extends EventFacts {
  eventType: VendorEventType;
  productId: null;
  category: null;
  product: null;
  /** The state after the change. */
  vendor: Vendor;
  observation: null;
}

/** A fact that has happened to one product or vendor, as anybody may know it. Told apart by `eventType`. */
export type EventContent = ProductEventContent | PriceRecordedContent | VendorEventContent;

/** A place in the event log: everything up to and including `position` has been seen. */
export interface LogCursor {
  /** UUID of the log, a new one if the database was set back; positions of different epochs can't be compared. */
  epoch: string;
  position: number;
}

/** An event that has its place in the log. Positions are contiguous from 1 within an epoch. */
export type InventoryEvent = EventContent & LogCursor;
export type ProductEvent = ProductEventContent & LogCursor;
export type PriceRecordedEvent = PriceRecordedContent & LogCursor;
export type VendorEvent = VendorEventContent & LogCursor;

/** An event as admins read it. Rooms, subscribers and the histories of products are not given the actor. */
export type AuditedEvent = InventoryEvent & {
  /** Null for events of versions that did not keep it. */
  actor: EventActor | null;
};

/** An event as its writer states it. */
export type NewInventoryEvent = EventContent & { actor: EventActor };
export type NewProductEvent = ProductEventContent & { actor: EventActor };
export type NewPriceRecordedEvent = PriceRecordedContent & { actor: EventActor };
export type NewVendorEvent = VendorEventContent & { actor: EventActor };
