import type { Statement } from '../../database/index.js';
import { EVENT_FIELD_COLUMNS } from './copied-events.js';
import { AUDITED_COLUMNS, EVENT_COLUMNS } from './event-row.js';

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

/**
 * Events after a position in order: `$1` position, `$2` limit, then the filter's values.
 *
 * @param audited whether the rows are to have their actors
 */
export function readEventsSql(filter: EventFilter, audited = false): { statement: Statement; values: string[] } {
  const given = (Object.keys(COLUMNS) as (keyof EventFilter)[]).filter((key) => filter[key] !== undefined);
  const conditions = given.map((key, index) => `AND ${COLUMNS[key]} = $${index + 3}`).join(' ');
  return {
    statement: {
      name: `read${audited ? '-audited' : ''}-events:${given.join(',')}`,
      text: `SELECT ${audited ? AUDITED_COLUMNS : EVENT_COLUMNS} FROM inventory_events
             WHERE position > $1 ${conditions} ORDER BY position LIMIT $2`,
    },
    values: given.map((key) => filter[key]!),
  };
}

/** `$1` position, `$2` limit. */
export const READ_EVENTS = readEventsSql({}).statement;

/**
 * Events of rooms between two positions, in order: `$1` position before the first, `$2` last position, `$3` limit, `$4`
 * vendors, `$5` categories, `$6` whether all events of products are wanted. A product that moves between categories is
 * seen in both, so the category it had is looked for as well; that is asked of the few rows whose changes name a
 * category. The event at `$2` is always among them: it shows that the log reaches there.
 *
 * There is no index for it: each would be one more that every append enters, and a slice of the log is read in
 * milliseconds.
 */
export const READ_ROOM_EVENTS: Statement = {
  name: 'read-room-events',
  text: `SELECT ${EVENT_COLUMNS} FROM inventory_events
         WHERE position > $1 AND position <= $2
           AND (position = $2 OR event_type <> 'price_recorded' AND (
                  $6::boolean AND product_id IS NOT NULL OR vendor_id = ANY ($4::text[]) OR category = ANY ($5::text[])
                  OR (cardinality($5::text[]) > 0 AND changes::text LIKE '%"category"%' AND EXISTS (
                        SELECT FROM json_array_elements(changes) AS change
                        WHERE change->>'field' = 'category' AND change->>'oldValue' = ANY ($5::text[])))))
         ORDER BY position LIMIT $3`,
};

/** `$1` position, `$2` how many may be. */
export const HAS_MORE_OF_PRODUCTS: Statement = {
  name: 'has-more-of-products',
  text: `SELECT EXISTS (
           SELECT FROM inventory_events
           WHERE position > $1 AND product_id IS NOT NULL AND event_type <> 'price_recorded'
           ORDER BY position OFFSET $2 LIMIT 1) AS found`,
};

/** For `copiedEvents`; `SqlClient.copy` has no parameters. */
export const readEventFieldsSql = (position: number, limit: number): string => `
    SELECT ${EVENT_FIELD_COLUMNS} FROM inventory_events e WHERE e.position > ${position} ORDER BY e.position LIMIT ${limit}`;

export const READ_HEAD: Statement = {
  name: 'read-head',
  text: 'SELECT coalesce(max(position), 0) AS position FROM inventory_events',
};

export const READ_EPOCH: Statement = { name: 'read-epoch', text: 'SELECT epoch FROM event_log' };

/** `$1` an event, `$2` position before the first, `$3` last position. */
export const READ_EVENT: Statement = {
  name: 'read-event',
  text: `SELECT ${EVENT_COLUMNS} FROM inventory_events WHERE event_id = $1 AND position > $2 AND position <= $3`,
};

/** `$1` an ISO time. Times follow positions only nearly, so the whole log is looked at: a second for millions. */
export const READ_TIME: Statement = {
  name: 'read-position-of-time',
  text: 'SELECT min(position) - 1 AS position FROM inventory_events WHERE occurred_at >= $1::timestamptz',
};

/**
 * `$1` an ISO time. Found by halves: in a log of millions some twenty events are looked at, and the two thousand around
 * the last of them.
 */
export const READ_LAST_BEFORE: Statement = {
  name: 'read-last-position-before-time',
  text: `WITH RECURSIVE halves AS (
           SELECT coalesce(min(position), 1) - 1 AS before, coalesce(max(position), 0) + 1 AS behind
           FROM inventory_events
           UNION ALL
           SELECT CASE WHEN e.occurred_at < $1::timestamptz THEN e.position ELSE before END,
                  CASE WHEN e.occurred_at < $1::timestamptz THEN behind ELSE e.position END
           FROM halves JOIN inventory_events e ON e.position = (before + behind) / 2
           WHERE behind - before > 1
         ), found AS (SELECT max(before) AS position FROM halves)
         SELECT coalesce(min(e.position) - 1, (SELECT position FROM found)) AS position FROM inventory_events e
         WHERE e.position BETWEEN (SELECT position FROM found) - 1000 AND (SELECT position FROM found) + 1000
           AND e.occurred_at >= $1::timestamptz`,
};

/** `$1` position. */
export const READ_TIME_OF: Statement = {
  name: 'read-time-of-position',
  text: 'SELECT occurred_at AS "occurredAt" FROM inventory_events WHERE position = $1',
};

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
