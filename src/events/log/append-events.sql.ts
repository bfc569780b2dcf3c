import type { NewInventoryEvent } from '../../contracts/index.js';

/**
 * `INSERT` to be used as one CTE of the statement that makes the changes, so that change and event commit together.
 *
 * @param parameter the statement's parameter holding `eventRows(…)` as JSON, such as `$2`
 * @param changed a relation with a column `id`: the products that really changed; other events are left out
 *
 * Rows are inserted in the order of the list, and PostgreSQL draws `seq` after the sort, so the events of one
 * product get their numbers in version order.
 */
export function appendEventsSql(parameter: string, changed: string): string {
  return `
    INSERT INTO inventory_events
      (event_id, event_type, product_id, vendor_id, category, version, changes, product, correlation_id, region, occurred_at)
    SELECT e."eventId", e."eventType", e."productId", e."vendorId", e.category, e.version, e.changes, e.product,
           e."correlationId", e.region, e."occurredAt"
    FROM json_to_recordset(${parameter}::json) AS e (
      ord integer, "eventId" uuid, "eventType" text, "productId" text, "vendorId" text, category text, version integer,
      changes jsonb, product jsonb, "correlationId" text, region text, "occurredAt" timestamptz)
    WHERE e."productId" IN (SELECT id FROM ${changed})
    ORDER BY e.ord`;
}

/** The JSON that `appendEventsSql` reads. */
export function eventRows(events: readonly NewInventoryEvent[]): string {
  return JSON.stringify(events.map((event, ord) => ({ ord, ...event })));
}
