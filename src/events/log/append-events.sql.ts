import type { NewInventoryEvent } from '../../contracts/index.js';
import { actorText, causeJson } from './event-actor.js';

/** Of a row as it is appended; what is optional is null where nothing is said of it. */
interface RowSql {
  event_id: string;
  event_type: string;
  product_id?: string;
  vendor_id: string;
  category?: string;
  version: string;
  changes: string;
  product?: string;
  vendor?: string;
  /** `actorText`. */
  actor: string;
  /** `causeJson`, as `json`. */
  cause: string;
  observation?: string;
  correlation_id: string;
  region: string;
  occurred_at: string;
}

/** Which events to append, as SQL. */
interface AppendedRows {
  /** An expression for each column. */
  values: RowSql;
  from: string;
  order: string;
}

/** `INSERT` of events without positions. */
export const appended = ({ values, from, order }: AppendedRows): string => `
    INSERT INTO inventory_events (${Object.keys(values).join(', ')})
    SELECT ${Object.values(values).join(', ')} FROM ${from} ORDER BY ${order}`;

/**
 * The same, but the events get the positions from `after` on; none if that is null. Only for `InlineSequencing`.
 *
 * @param after SQL of what `reservePositions` gives
 */
export const appendedWithPositions = ({ values, from, order }: AppendedRows, after: string): string => `
    INSERT INTO inventory_events (position, ${Object.keys(values).join(', ')})
    SELECT ${after} + row_number() OVER (ORDER BY ${order}), ${Object.values(values).join(', ')}
    FROM ${from} ORDER BY ${order}`;

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

const COMMON = {
  event_id: 'e."eventId"',
  event_type: 'e."eventType"',
  vendor_id: 'e."vendorId"',
  version: 'e.version',
  changes: 'e.changes::json',
  actor: 'e.actor',
  cause: 'e.cause::json',
  correlation_id: 'e."correlationId"',
  region: 'e.region',
  occurred_at: 'e."occurredAt"',
} satisfies Partial<RowSql>;

const recordset = (parameter: string): string => `jsonb_to_recordset(${parameter}::jsonb) AS e (
      ord integer, "eventId" uuid, "eventType" text, "productId" text, "vendorId" text, category text, version integer,
      changes jsonb, product jsonb, vendor jsonb, actor text, cause jsonb, observation jsonb, "correlationId" text,
      region text, "occurredAt" timestamptz)`;

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
    values: {
      ...COMMON,
      product_id: 'e."productId"',
      category: 'e.category',
      product: `CASE WHEN e."eventType" <> 'price_recorded' THEN coalesce(e.product, c.product)::json END`,
      observation: 'e.observation::json',
    },
    from: `${recordset(parameter)} JOIN ${changed} c ON c.id = e."productId"`,
    order: 'e.ord',
  });
}

/** The same for events of vendors; `changed` has the ids of the vendors that really changed. */
export function appendVendorEventsSql(parameter: string, changed: string): string {
  return appended({
    values: { ...COMMON, vendor: 'e.vendor::json' },
    from: `${recordset(parameter)} JOIN ${changed} c ON c.id = e."vendorId"`,
    order: 'e.ord',
  });
}

/**
 * The JSON that `appendEventsSql` and `appendVendorEventsSql` read.
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
      product: event.product && event.product === snapshotOf(event.productId) ? undefined : event.product,
      actor: actorText(event.actor),
      cause: causeJson(event.cause) === null ? undefined : event.cause,
    })),
  );
}
