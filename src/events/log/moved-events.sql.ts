import type { Statement } from '../../database/index.js';
import { RECORD_COLUMNS } from '../../sealed-log/index.js';

/**
 * SQL of whether the table has all events behind a position. The position up to which events have moved is raised
 * before the first of them is deleted, so a statement that finds this true, in its own snapshot, misses none.
 */
export const isHot = (position: string): string => `(SELECT moved_up_to FROM event_log) <= ${position}`;

/** How far events have moved, and how far they were dropped. */
export const READ_MOVED: Statement = {
  name: 'read-moved',
  text: 'SELECT moved_up_to::float8 AS "upTo", dropped_up_to::float8 AS dropped FROM event_log',
};

/** The first position that is kept, and the time of the first of its segment; a time of null if nothing was dropped. */
export const READ_FIRST_KEPT: Statement = {
  name: 'read-first-kept',
  text: `SELECT (dropped_up_to + 1)::float8 AS position, CASE WHEN dropped_up_to > 0 THEN (
           SELECT from_time FROM log_segments ORDER BY first LIMIT 1) END AS time FROM event_log`,
};

/** Whether a Bloom filter has the key with the hashes `$3`, of which only the bytes that have its bits are read. */
const HAS_KEY = `
  ($3::bigint[] IS NULL OR NOT EXISTS (
     SELECT FROM unnest($3::bigint[]) AS hash
     WHERE get_bit(substring(keys FROM (hash % (octet_length(keys) * 8) / 8)::integer + 1 FOR 1),
                   (hash % 8)::integer) = 0))`;

/** A row in any case, without `first` if there is no segment. `$1` position before the first, `$2` last position. */
const nextSegment = (direction: 'ASC' | 'DESC'): string => `
  SELECT l.dropped_up_to::float8 AS dropped, s.first::float8, s.last::float8, encode(s.hash, 'hex') AS hash
  FROM event_log l LEFT JOIN LATERAL (
    SELECT first, last, hash FROM log_segments WHERE last > $1::bigint AND first <= $2::bigint AND ${HAS_KEY}
    ORDER BY last ${direction} LIMIT 1
  ) s ON true`;

export const NEXT_SEGMENT: Statement = { name: 'next-segment', text: nextSegment('ASC') };
export const SEGMENT_BEFORE: Statement = { name: 'segment-before', text: nextSegment('DESC') };

/** `$1` first position of a segment, `$2` its hash. */
export const READ_PACKED: Statement = {
  name: 'read-packed-segment',
  text: `SELECT packed, size::float8, packed_hash = sha256(packed) AS "isWhole" FROM log_segments
         WHERE first = $1 AND hash = decode($2, 'hex')`,
};

/** Events of vendors, with their names: `$1` positions. */
export const READ_VENDOR_EVENTS: Statement = {
  name: 'read-moved-events-of-vendors',
  text: `SELECT ${RECORD_COLUMNS} FROM inventory_events WHERE position = ANY ($1::bigint[]) AND product_id IS NULL`,
};

/** SQL of a time among those that a segment has, as `timestamptz`; `index` from 0. */
export const timeIn = (times: string, index: string): string => `
  to_timestamp(('x' || encode(substring(${times} FROM ((${index}) * 6 + 1)::integer FOR 6), 'hex'))::bit(48)::bigint
               / 1000.0)::timestamptz(3)`;

/** SQL of when the event at a position happened, wherever it is; null if there is none. */
export const timeOfPosition = (position: string): string => `
  coalesce(
    (SELECT e.occurred_at FROM inventory_events e WHERE e.position = ${position}),
    (SELECT ${timeIn('s.times', `${position} - s.first`)}
     FROM (SELECT first, last, times FROM log_segments WHERE first <= ${position} ORDER BY first DESC LIMIT 1) s
     WHERE s.last >= ${position}))`;

/** SQL of the position of the event with a `seq`, wherever it is; null if it waits for one. */
export const positionOfEvent = (seq: string): string => `
  coalesce(
    (SELECT e.position FROM inventory_events e WHERE e.seq = ${seq}),
    (SELECT m.first_position + ${seq} - m.first_seq
     FROM (SELECT * FROM moved_events WHERE first_seq <= ${seq} ORDER BY first_seq DESC LIMIT 1) m
     WHERE m.last_seq >= ${seq}))`;
