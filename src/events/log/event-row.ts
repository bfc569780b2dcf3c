import type { InventoryEvent } from '../../contracts/index.js';
import type { InventoryEventEntity } from './inventory-event.entity.js';

/** Column list that gives an `EventRow`. */
export const EVENT_COLUMNS = `position, event_id AS "eventId", event_type AS "eventType", product_id AS "productId",
  vendor_id AS "vendorId", category, version, changes, product, correlation_id AS "correlationId", region,
  occurred_at AS "occurredAt"`;

/** A row as the driver gives it: bigint as text, times as dates. */
export type EventRow = Omit<InventoryEventEntity, 'seq' | 'position'> & { position: string };

export function eventOf(row: EventRow, epoch: string): InventoryEvent {
  return {
    eventId: row.eventId,
    epoch,
    position: Number(row.position),
    eventType: row.eventType,
    productId: row.productId,
    vendorId: row.vendorId,
    category: row.category,
    version: row.version,
    // `jsonb`, through which they are written, puts newValue first.
    changes: row.changes.map(({ field, oldValue, newValue }) => ({ field, oldValue, newValue })),
    product: row.product,
    correlationId: row.correlationId,
    region: row.region,
    occurredAt: row.occurredAt.toISOString(),
  };
}
