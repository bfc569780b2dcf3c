import type { InventoryEvent, NewInventoryEvent, Product } from '../../src/contracts/index.js';
import { newEventId } from '../../src/events/log/inventory-event.js';

const AT = '2026-01-05T06:30:00.000Z';

/** A product as an event carries it; nothing of it is in the table. */
export function aProduct(fields: Partial<Product> = {}): Product {
  return {
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
  };
}

export function aNewEvent(fields: Partial<NewInventoryEvent> = {}): NewInventoryEvent {
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
    correlationId: 'test',
    region: 'local',
    occurredAt: AT,
    ...fields,
  };
}

export function newEvents(count: number, fields: Partial<NewInventoryEvent> = {}): NewInventoryEvent[] {
  return Array.from({ length: count }, () => aNewEvent(fields));
}

export function anEvent(fields: Partial<InventoryEvent> = {}): InventoryEvent {
  return { ...aNewEvent(), epoch: '00000000-0000-4000-8000-000000000000', position: 1, ...fields };
}

export const positionsOf = (events: readonly { position: number }[]): number[] =>
  events.map(({ position }) => position);

/** `after + 1`, `after + 2`, …, `upTo`. */
export const contiguous = (after: number, upTo: number): number[] =>
  Array.from({ length: upTo - after }, (_, index) => after + 1 + index);
