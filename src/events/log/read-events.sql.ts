import type { Statement } from '../../database/index.js';
import type { RecordRow } from '../../sealed-log/index.js';
import { EVENT_FIELD_COLUMNS } from './copied-events.js';
import { AUDITED_COLUMNS, EVENT_COLUMNS } from './event-row.js';
import { isHot, timeIn, timeOfPosition } from './moved-events.sql.js';

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

/** The same of a record. */
export const fitsFilter =
  (filter: EventFilter) =>
  (row: RecordRow): boolean =>
    (Object.keys(COLUMNS) as (keyof EventFilter)[]).every(
      (key) => filter[key] === undefined || filter[key] === row[key],
    );

/**
 * Events after a position in order, none if some of them have moved (`MovedEvents`): `$1` position, `$2` limit, then
 * the filter's values.
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
             WHERE position > $1 AND ${isHot('$1')} ${conditions} ORDER BY position LIMIT $2`,
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
         WHERE position > $1 AND position <= $2 AND ${isHot('$1')}
           AND (position = $2 OR event_type <> 'price_recorded' AND (
                  $6::boolean AND product_id IS NOT NULL OR vendor_id = ANY ($4::text[]) OR category = ANY ($5::text[])
                  OR (cardinality($5::text[]) > 0 AND changes::text LIKE '%"category"%' AND EXISTS (
                        SELECT FROM json_array_elements(changes) AS change
                        WHERE change->>'field' = 'category' AND change->>'oldValue' = ANY ($5::text[])))))
         ORDER BY position LIMIT $3`,
};

/** The same of a record. */
export function fitsRooms(upTo: number, vendors: ReadonlySet<string>, categories: ReadonlySet<string>, all: boolean) {
  return (row: RecordRow): boolean => {
    if (Number(row.position) === upTo) return true;
    if (row.eventType === 'price_recorded') return false;
    if ((all && row.productId !== null) || vendors.has(row.vendorId)) return true;
    if (row.category !== null && categories.has(row.category)) return true;
    return categories.size > 0 && row.changes.includes('"category"') && hasLeft(row.changes, categories);
  };
}

const hasLeft = (changes: string, categories: ReadonlySet<string>): boolean =>
  (JSON.parse(changes) as { field: string; oldValue: unknown }[]).some(
    ({ field, oldValue }) => field === 'category' && categories.has(oldValue as string),
  );

/** Of a record: whether it goes to the general room. */
export const isOfGeneralRoom = ({ productId, eventType }: RecordRow): boolean =>
  productId !== null && eventType !== 'price_recorded';

/** `$1` position, `$2` how many may be. */
export const HAS_MORE_OF_PRODUCTS: Statement = {
  name: 'has-more-of-products',
  text: `SELECT EXISTS (
           SELECT FROM inventory_events
           WHERE position > $1 AND ${isHot('$1')} AND product_id IS NOT NULL AND event_type <> 'price_recorded'
           ORDER BY position OFFSET $2 LIMIT 1) AS found`,
};

/** For `copiedEvents`; `SqlClient.copy` has no parameters. */
export const readEventFieldsSql = (position: number, limit: number): string => `
    SELECT ${EVENT_FIELD_COLUMNS} FROM inventory_events e
    WHERE e.position > ${position} AND ${isHot(String(position))} ORDER BY e.position LIMIT ${limit}`;

export const READ_HEAD: Statement = {
  name: 'read-head',
  text: 'SELECT coalesce(max(position), 0) AS position FROM inventory_events',
};

export const READ_EPOCH: Statement = { name: 'read-epoch', text: 'SELECT epoch FROM event_log' };

/** `$1` an event, `$2` position before the first, `$3` last position. */
export const READ_EVENT: Statement = {
  name: 'read-event',
  text: `SELECT ${EVENT_COLUMNS} FROM inventory_events 
         WHERE event_id = $1 AND position > $2 AND position <= $3 AND ${isHot('$2')}`,
};

/**
 * `$1` an ISO time. Times follow positions only nearly, so the whole log is looked at, a second for millions, but for
 * segments that say that they are of before.
 */
export const READ_TIME: Statement = {
  name: 'read-position-of-time',
  text: `SELECT least(
           (SELECT min(position) FROM inventory_events WHERE occurred_at >= $1::timestamptz),
           (SELECT first + index
            FROM (SELECT first, last, times || '' AS times FROM log_segments
                  WHERE times IS NOT NULL AND until_time >= $1::timestamptz ORDER BY first LIMIT 1) s,
                 generate_series(0, last - first) AS index
            WHERE ${timeIn('times', 'index')} >= $1::timestamptz ORDER BY index LIMIT 1)) - 1 AS position`,
};

/** Positions around the one that is found by halves among which the first of a later time is looked for. */
const AROUND = 1_000;

/**
 * `$1` an ISO time. Found by halves: in a log of millions some twenty events are looked at, and the two thousand around
 * the last of them.
 */
export const READ_LAST_BEFORE: Statement = {
  name: 'read-last-position-before-time',
  text: `WITH RECURSIVE halves AS (
           SELECT dropped_up_to AS before,
                  (SELECT coalesce(max(position), 0) + 1 FROM inventory_events) AS behind
           FROM event_log
           UNION ALL
           SELECT CASE WHEN at < $1::timestamptz THEN middle ELSE before END,
                  CASE WHEN at < $1::timestamptz THEN behind ELSE middle END
           FROM (
             SELECT before, behind, middle, ${timeOfPosition('middle')} AS at
             FROM (SELECT before, behind, (before + behind) / 2 AS middle FROM halves WHERE behind - before > 1) next
           ) looked WHERE at IS NOT NULL
         ), found AS (SELECT max(before) - ${AROUND} AS low, max(before) AS position, max(before) + ${AROUND} AS high
                      FROM halves),
         parts AS MATERIALIZED (
           SELECT greatest(low, s.first) AS first, least(high, s.last) AS last,
                  substring(times FROM ((greatest(low, s.first) - s.first) * 6 + 1)::integer
                                  FOR ((least(high, s.last) - greatest(low, s.first) + 1) * 6)::integer) AS times
           FROM found, log_segments s WHERE s.first <= high AND s.last >= low AND times IS NOT NULL
         ), later AS (
           SELECT min(e.position) AS position FROM inventory_events e
           WHERE e.position BETWEEN (SELECT low FROM found) AND (SELECT high FROM found)
             AND e.occurred_at >= $1::timestamptz
           UNION ALL
           SELECT min(first + index) FROM parts, generate_series(0, last - first) AS index
           WHERE ${timeIn('times', 'index')} >= $1::timestamptz
         )
         SELECT coalesce(min(later.position) - 1, (SELECT position FROM found)) AS position FROM later`,
};

/** `$1` position; and how far events were dropped. */
export const READ_TIME_OF: Statement = {
  name: 'read-time-of-position',
  text: `SELECT ${timeOfPosition('$1::bigint')} AS "occurredAt", dropped_up_to::float8 AS dropped FROM event_log`,
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
         WHERE product_id = $3 AND position > $1 AND ${isHot('$1')} ORDER BY seq LIMIT $2`,
};
