import type { NewInventoryEvent } from '../../contracts/index.js';

const COLUMNS =
  'event_id, event_type, product_id, vendor_id, category, version, changes, product, correlation_id, region, occurred_at';

/** Which events to append, as SQL. */
interface AppendedRows {
  /** The values of `COLUMNS`, in their order. */
  values: string;
  from: string;
  order: string;
}

/** `INSERT` of events without positions. */
export const appended = ({ values, from, order }: AppendedRows): string => `
    INSERT INTO inventory_events (${COLUMNS})
    SELECT ${values} FROM ${from} ORDER BY ${order}`;

/**
 * The same, but the events get the positions from `after` on; none if that is null. Only for `InlineSequencing`.
 *
 * @param after SQL of what `reservePositions` gives
 */
export const appendedWithPositions = ({ values, from, order }: AppendedRows, after: string): string => `
    INSERT INTO inventory_events (position, ${COLUMNS})
    SELECT ${after} + row_number() OVER (ORDER BY ${order}), ${values} FROM ${from} ORDER BY ${order}`;

/**
 * `SELECT` of one row with `after`, the position after which events may be appended; it stays the last one until the
 * transaction ends. Null if other events wait for theirs, which come first: they may be of earlier versions of the same
 * products. No row if nothing has changed.
 *
 * @param changed a relation of all that has been changed: the lock is taken when the rest of the work is done
 * @param floor placeholder of the lowest `seq` that may be without position
 */
export const reservePositions = (changed: string, floor: string): string => `
    SELECT lock_positions_unless_pending(${floor}) AS after
    FROM (SELECT count(*) AS changes FROM ${changed}) done WHERE changes > 0`;

/**
 * `INSERT` to be used as one CTE of the statement that makes the changes, so that change and event commit together.
 *
 * @param parameter the statement's parameter holding `eventRows(…)` as JSON, such as `$2`
 * @param changed a relation with columns `id`: the products that really changed, other events are left out; and
 *   `product`: the snapshot for events that come without one
 *
 * Tried and worse: `json_to_recordset` takes 20 µs a row, `jsonb_to_recordset` 3 µs and some 8 µs to parse.
 *
 * Rows are inserted in the order of the list, and PostgreSQL draws `seq` after the sort, so the events of one
 * product get their numbers in version order.
 */
export function appendEventsSql(parameter: string, changed: string): string {
  return appended({
    values: `e."eventId", e."eventType", e."productId", e."vendorId", e.category, e.version, e.changes::json,
      coalesce(e.product, c.product)::json, e."correlationId", e.region, e."occurredAt"`,
    from: `jsonb_to_recordset(${parameter}::jsonb) AS e (
      ord integer, "eventId" uuid, "eventType" text, "productId" text, "vendorId" text, category text, version integer,
      changes jsonb, product jsonb, "correlationId" text, region text, "occurredAt" timestamptz)
      JOIN ${changed} c ON c.id = e."productId"`,
    order: 'e.ord',
  });
}

/**
 * The JSON that `appendEventsSql` reads.
 *
 * @param snapshotOf the snapshot that `changed` brings along for a product; an event with the very same one needn't
 */
export function eventRows(
  events: readonly NewInventoryEvent[],
  snapshotOf: (productId: string) => unknown = () => undefined,
): string {
  return JSON.stringify(
    events.map((event, ord) => ({
      ord,
      ...event,
      product: event.product === snapshotOf(event.productId) ? undefined : event.product,
    })),
  );
}
