import type { Statement } from '../../database/index.js';
import { EVENT_FIELD_COLUMNS } from './copied-events.js';
import { EVENT_COLUMNS } from './event-row.js';

export interface EventFilter {
  vendorId?: string | undefined;
  productId?: string | undefined;
  category?: string | undefined;
  eventType?: string | undefined;
}

const COLUMNS: Record<keyof EventFilter, string> = {
  vendorId: 'vendor_id',
  productId: 'product_id',
  category: 'category',
  eventType: 'event_type',
};

/** Events after a position in order: `$1` position, `$2` limit, then the filter's values. */
export function readEventsSql(filter: EventFilter): { statement: Statement; values: string[] } {
  const given = (Object.keys(COLUMNS) as (keyof EventFilter)[]).filter((key) => filter[key] !== undefined);
  const conditions = given.map((key, index) => `AND ${COLUMNS[key]} = $${index + 3}`).join(' ');
  return {
    statement: {
      name: `read-events:${given.join(',')}`,
      text: `SELECT ${EVENT_COLUMNS} FROM inventory_events WHERE position > $1 ${conditions} ORDER BY position LIMIT $2`,
    },
    values: given.map((key) => filter[key]!),
  };
}

/** `$1` position, `$2` limit. */
export const READ_EVENTS = readEventsSql({}).statement;

/**
 * Events of rooms between two positions, in order: `$1` position before the first, `$2` last position, `$3` limit, `$4`
 * vendors, `$5` categories, `$6` whether every event is wanted. A product that moves between categories is seen in
 * both, so the category it had is looked for as well; that is asked of the few rows whose changes name a category. The
 * event at `$2` is always among them: it shows that the log reaches there.
 *
 * There is no index for it: each would be one more that every append enters, and a slice of the log is read in
 * milliseconds.
 */
export const READ_ROOM_EVENTS: Statement = {
  name: 'read-room-events',
  text: `SELECT ${EVENT_COLUMNS} FROM inventory_events
         WHERE position > $1 AND position <= $2
           AND ($6::boolean OR position = $2 OR vendor_id = ANY ($4::text[]) OR category = ANY ($5::text[])
                OR (cardinality($5::text[]) > 0 AND changes::text LIKE '%"category"%' AND EXISTS (
                      SELECT FROM json_array_elements(changes) AS change
                      WHERE change->>'field' = 'category' AND change->>'oldValue' = ANY ($5::text[]))))
         ORDER BY position LIMIT $3`,
};

/** For `copiedEvents`; `SqlClient.copy` has no parameters. */
export const readEventFieldsSql = (position: number, limit: number): string => `
    SELECT ${EVENT_FIELD_COLUMNS} FROM inventory_events e WHERE e.position > ${position} ORDER BY e.position LIMIT ${limit}`;

export const READ_HEAD: Statement = {
  name: 'read-head',
  text: 'SELECT coalesce(max(position), 0) AS position FROM inventory_events',
};

export const READ_EPOCH: Statement = { name: 'read-epoch', text: 'SELECT epoch FROM event_log' };

/** `$1`: the highest `seq` that matters, null for any. */
export const READ_PENDING: Statement = {
  name: 'read-pending',
  text: `SELECT count(*)::int AS count, max(seq) AS "lastSeq" FROM inventory_events
         WHERE position IS NULL AND ($1::bigint IS NULL OR seq <= $1)`,
};

/** `$1` position, `$2` limit, `$3` product. `seq` and `position` have the same order within one product. */
export const READ_PRODUCT_EVENTS: Statement = {
  name: 'read-product-events',
  text: `SELECT ${EVENT_COLUMNS} FROM inventory_events
         WHERE product_id = $3 AND position > $1 ORDER BY seq LIMIT $2`,
};
