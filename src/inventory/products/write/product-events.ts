import type { EventType, FieldChange, NewInventoryEvent, Product } from '../../../contracts/index.js';
import { newEventId } from '../../../events/index.js';

export interface EventContext {
  correlationId: string;
  region: string;
  occurredAt: string;
  /** Ids that events of a type get, if they are settled already. */
  eventIdOf?: (type: EventType) => string;
}

const TYPE_OF_FIELD: Record<string, EventType> = {
  basePrice: 'price_changed',
  availability: 'availability_changed',
};

/** One event per kind of change, sharing version and correlation id. */
export function eventsOfUpdate(next: Product, changes: readonly FieldChange[], context: EventContext) {
  const event = (type: EventType, own: FieldChange[]): NewInventoryEvent =>
    productEvent(type, next, next.version, own, context);
  // Most updates change one field; a thousand maps for a thousand products are a part of what garbage collection costs.
  if (changes.length === 1) return [event(typeOf(changes[0]!), [...changes])];
  const byType = new Map<EventType, FieldChange[]>();
  for (const change of changes) {
    const type = typeOf(change);
    byType.set(type, [...(byType.get(type) ?? []), change]);
  }
  return [...byType].map(([type, own]) => event(type, own));
}

const typeOf = ({ field }: FieldChange): EventType => TYPE_OF_FIELD[field] ?? 'product_updated';

export function eventOfCreation(product: Product, context: EventContext): NewInventoryEvent {
  return productEvent('product_created', product, product.version, [], context);
}

/** The deletion is a change as well, so it takes the next version; `product` stays the last state. */
export function eventOfDeletion(last: Product, context: EventContext): NewInventoryEvent {
  return productEvent('product_deleted', last, last.version + 1, [], context);
}

function productEvent(
  eventType: EventType,
  product: Product,
  version: number,
  changes: FieldChange[],
  { eventIdOf = newEventId, correlationId, region, occurredAt }: EventContext,
): NewInventoryEvent {
  return {
    eventId: eventIdOf(eventType),
    eventType,
    productId: product.id,
    vendorId: product.vendorId,
    category: product.category,
    version,
    changes,
    product,
    correlationId,
    region,
    occurredAt,
  };
}
