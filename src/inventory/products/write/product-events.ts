import type {
  FieldChange,
  NewPriceRecordedEvent,
  NewProductEvent,
  PriceObservation,
  Product,
  ProductEventType,
} from '../../../contracts/index.js';
import { newEventId } from '../../../events/index.js';
import type { EventMoment, WriteOrigin } from '../../event-origin.js';

export interface EventContext extends EventMoment {
  origin: WriteOrigin;
  /** Ids that events of a type get, if they are settled already. */
  eventIdOf?: (type: ProductEventType) => string;
  /** The report that the events come from. */
  observation?: PriceObservation;
}

/** What is said of a price; without a new one it is an update as any other. */
const ABOUT_PRICE: ReadonlySet<string> = new Set(['pricedOn', 'minPrice', 'maxPrice']);

/** One event per kind of change, sharing version and correlation id. */
export function eventsOfUpdate(next: Product, changes: readonly FieldChange[], context: EventContext) {
  // Most updates change one field; a thousand maps for a thousand products are a part of what garbage collection costs.
  if (changes.length === 1) return [eventOfChanges(typeOf(changes[0]!, false), next, [...changes], context)];
  const hasPrice = changes.some(({ field }) => field === 'basePrice');
  const byType = new Map<ProductEventType, FieldChange[]>();
  for (const change of changes) {
    const type = typeOf(change, hasPrice);
    byType.set(type, [...(byType.get(type) ?? []), change]);
  }
  return [...byType].map(([type, own]) => eventOfChanges(type, next, own, context));
}

function typeOf({ field }: FieldChange, hasPrice: boolean): ProductEventType {
  if (field === 'availability') return 'availability_changed';
  return field === 'basePrice' || (hasPrice && ABOUT_PRICE.has(field)) ? 'price_changed' : 'product_updated';
}

export function eventOfCreation(product: Product, context: EventContext): NewProductEvent {
  return productEvent('product_created', product, product.version, [], context);
}

/** Changes that belong in one event, such as those of a price and of its day. */
export function eventOfChanges(
  type: ProductEventType,
  next: Product,
  changes: FieldChange[],
  context: EventContext,
): NewProductEvent {
  return productEvent(type, next, next.version, changes, context);
}

/** A report that leaves the price as it is. */
export function eventOfPriceRecorded(
  next: Product,
  changes: FieldChange[],
  observation: PriceObservation,
  context: EventContext,
): NewPriceRecordedEvent {
  const event = productEvent('price_changed', next, next.version, changes, context);
  return { ...event, eventType: 'price_recorded', product: null, vendor: undefined, observation };
}

/** The deletion is a change as well, so it takes the next version; `product` stays the last state. */
export function eventOfDeletion(last: Product, context: EventContext): NewProductEvent {
  return productEvent('product_deleted', last, last.version + 1, [], context);
}

function productEvent(
  eventType: ProductEventType,
  product: Product,
  version: number,
  changes: FieldChange[],
  { eventIdOf = newEventId, observation, origin, region, occurredAt }: EventContext,
): NewProductEvent {
  return {
    eventId: eventIdOf(eventType),
    eventType,
    productId: product.id,
    vendorId: product.vendorId,
    category: product.category,
    version,
    changes,
    product,
    actor: origin.actor,
    cause: origin.cause,
    observation: observation ?? null,
    correlationId: origin.correlationId,
    region,
    occurredAt,
  };
}
