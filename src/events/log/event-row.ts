import { type AuditedEvent, type InventoryEvent, withMarketFacts } from '../../contracts/index.js';
import type { RecordRow } from '../../sealed-log/index.js';
import { actorOfText } from './event-actor.js';
import type { InventoryEventEntity } from './inventory-event.entity.js';

/** Column list that gives an `EventRow`. */
export const EVENT_COLUMNS = `position, event_id AS "eventId", event_type AS "eventType", product_id AS "productId",
  vendor_id AS "vendorId", category, version, changes, product, vendor, correlation_id AS "correlationId", cause,
  observation, region, occurred_at AS "occurredAt"`;

/** Column list that gives an `AuditedRow`. */
export const AUDITED_COLUMNS = `${EVENT_COLUMNS}, actor`;

/** A row as the driver gives it: bigint as text, times as dates. */
export type AuditedRow = Omit<InventoryEventEntity, 'seq' | 'position'> & { position: string };
export type EventRow = Omit<AuditedRow, 'actor'>;

export function eventOf(row: EventRow, epoch: string): InventoryEvent {
  // Which of the columns are null goes with the type, as the statements have it that append events.
  const event = {
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
    product: row.product && withMarketFacts(row.product),
    correlationId: row.correlationId,
    cause: row.cause ?? {},
    observation: row.observation,
    region: row.region,
    occurredAt: row.occurredAt.toISOString(),
  } as InventoryEvent;
  if (row.vendor) event.vendor = row.vendor;
  return event;
}

/** The row that a record is of. */
export function rowOfRecord(record: RecordRow): AuditedRow {
  const { changes, product, vendor, cause, observation, occurredAt } = record;
  const parsed = {
    changes: JSON.parse(changes) as unknown,
    product: parsedOrNull(product),
    vendor: parsedOrNull(vendor),
    cause: parsedOrNull(cause),
    observation: parsedOrNull(observation),
    occurredAt: new Date(occurredAt),
  };
  return { ...record, ...parsed } as AuditedRow;
}

const parsedOrNull = (json: string | null): unknown => (json === null ? null : JSON.parse(json));

export function auditedEventOf(row: AuditedRow, epoch: string): AuditedEvent {
  return { ...eventOf(row, epoch), actor: actorOfText(row.actor) };
}
