import {
  type InventoryEvent,
  type NewInventoryEvent,
  type NewProductEvent,
  type NewVendorEvent,
  type Product,
  type ProductEvent,
  type Vendor,
  withMarketFacts,
} from '../../src/contracts/index.js';
import type { WriteOrigin } from '../../src/inventory/event-origin.js';
import { newEventId } from '../../src/events/log/inventory-event.js';

/** For what a writer says of itself, where a test doesn't look at it. */
export const ORIGIN: WriteOrigin = { actor: { kind: 'vendor', id: 'vnd_azadpur' }, cause: {}, correlationId: 'test' };

const AT = '2026-01-05T06:30:00.000Z';

/** A product as an event carries it; nothing of it is in the table. */
export function aProduct(fields: Partial<Product> = {}): Product {
  return withMarketFacts({
    id: 'prd_onion',
    vendorId: 'vnd_azadpur',
    sku: 'onion',
    name: 'Onion',
    names: { hi: 'प्याज' },
    description: null,
    category: 'vegetables',
    unit: 'kg',
    basePrice: 24,
    currency: 'INR',
    availability: 'available',
    version: 1,
    createdAt: AT,
    updatedAt: AT,
    ...fields,
  });
}

export function aNewEvent(fields: Partial<NewProductEvent> = {}): NewProductEvent {
  const product = aProduct({ ...(fields.productId !== undefined && { id: fields.productId }) });
  return {
    eventId: newEventId(),
    eventType: 'price_changed',
    productId: product.id,
    vendorId: product.vendorId,
    category: product.category,
    version: product.version,
    changes: [{ field: 'basePrice', oldValue: 20, newValue: 24 }],
    product,
    actor: { kind: 'vendor', id: product.vendorId },
    cause: {},
    observation: null,
    correlationId: 'test',
    region: 'local',
    occurredAt: AT,
    ...fields,
  };
}

export function newEvents(count: number, fields: Partial<NewProductEvent> = {}): NewProductEvent[] {
  return Array.from({ length: count }, () => aNewEvent(fields));
}

export function aVendor(fields: Partial<Vendor> = {}): Vendor {
  return {
    id: 'vnd_azadpur',
    name: 'Azadpur',
    names: { hi: 'आज़ादपुर' },
    market: 'Azadpur',
    district: null,
    state: 'Delhi',
    languages: ['hi'],
    version: 1,
    createdAt: AT,
    updatedAt: AT,
    ...fields,
  };
}

export function aVendorEvent(fields: Partial<NewVendorEvent> = {}): NewVendorEvent {
  const vendor = aVendor({ ...(fields.vendorId !== undefined && { id: fields.vendorId }) });
  return {
    eventId: newEventId(),
    eventType: 'vendor_created',
    productId: null,
    vendorId: vendor.id,
    category: null,
    version: vendor.version,
    changes: [],
    product: null,
    vendor,
    actor: { kind: 'admin', id: 'admin' },
    cause: {},
    observation: null,
    correlationId: 'test',
    region: 'local',
    occurredAt: AT,
    ...fields,
  };
}

/** A report of an older day. */
export function aPriceReport(
  fields: Partial<NewProductEvent> = {},
): Extract<NewInventoryEvent, { eventType: 'price_recorded' }> {
  const { vendor: _none, ...event } = aNewEvent(fields);
  return {
    ...event,
    eventType: 'price_recorded',
    product: null,
    changes: [],
    observation: {
      day: '2026-01-03',
      min: 20,
      max: null,
      modal: 22.5,
      unit: 'quintal',
      currency: 'INR',
      arrivals: { quantity: 1.5, unit: 'tonne', kg: 1_500 },
      revision: 2,
      source: 'agmarknet',
      flags: ['suspicious'],
    },
  };
}

export function anEvent(fields: Partial<ProductEvent> = {}): ProductEvent {
  return { ...placed(aNewEvent(), '00000000-0000-4000-8000-000000000000', 1), ...fields };
}

/** As the log gives it: without its actor. */
export function placed<Event extends NewInventoryEvent>(
  { actor: _actor, ...event }: Event,
  epoch: string,
  position: number,
) {
  return { ...event, epoch, position };
}

/** The events of products among those of a log, for tests that make no others but vendors. */
export const ofProducts = (events: readonly InventoryEvent[]): ProductEvent[] =>
  events.filter((event): event is ProductEvent => event.product !== null);

export const positionsOf = (events: readonly { position: number }[]): number[] =>
  events.map(({ position }) => position);

/** `after + 1`, `after + 2`, …, `upTo`. */
export const contiguous = (after: number, upTo: number): number[] =>
  Array.from({ length: upTo - after }, (_, index) => after + 1 + index);
