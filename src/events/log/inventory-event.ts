import type { InventoryEvent, NewInventoryEvent } from '../../contracts/index.js';
import { timeOrderedUuid } from '../../infra/index.js';

/** Categories whose rooms and searches an event concerns: the product's, and the one it has moved from. */
export function categoriesOf(event: Pick<NewInventoryEvent, 'category' | 'changes'>): string[] {
  const moved = event.changes.find(({ field }) => field === 'category');
  return typeof moved?.oldValue === 'string' ? [event.category, moved.oldValue] : [event.category];
}

/** Field by field: a copy by spreading takes ten times as long, and every change makes one. */
export const placedEvent = (event: NewInventoryEvent, epoch: string, position: number): InventoryEvent => ({
  eventId: event.eventId,
  epoch,
  position,
  eventType: event.eventType,
  productId: event.productId,
  vendorId: event.vendorId,
  category: event.category,
  version: event.version,
  changes: event.changes,
  product: event.product,
  correlationId: event.correlationId,
  region: event.region,
  occurredAt: event.occurredAt,
});

/** UUID v7: sorts by time, which keeps logs and exports readable. */
export const newEventId = (): string => timeOrderedUuid();
