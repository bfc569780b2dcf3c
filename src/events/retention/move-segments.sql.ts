import type { Statement } from '../../database/index.js';

/**
 * The next segment that may move, none if it may not yet: `$1` time before which its events must have happened, `$2`
 * newest positions that stay. Every durable consumer must have passed it, the history of products among them, which
 * says what events that have moved amount to.
 */
export const NEXT_TO_MOVE: Statement = {
  name: 'next-segment-to-move',
  text: `
    SELECT s.first::float8, s.last::float8, encode(s.hash, 'hex') AS hash, s.packed
    FROM event_log l JOIN log_segments s ON s.first = l.moved_up_to + 1
    WHERE s.until_time < $1::timestamptz
      AND s.last <= (SELECT coalesce(max(position), 0) FROM inventory_events) - $2
      AND NOT EXISTS (SELECT FROM consumer_partitions WHERE position < s.last)
      AND EXISTS (
        SELECT FROM projection_builds b JOIN consumer_partitions p ON p.consumer = b.projection || '.' || b.id
        WHERE b.projection = 'product-history' AND b.status = 'live')`,
};

/**
 * From here on the events of a segment are read from it: `$1` first and `$2` last position, `$3` hash, `$4` id of the
 * last event, `$5` times, `$6` digests, `$7` to `$9` ranges of `seq`, `$10` hash of what is noted. Only if this is the
 * history of the database that was compared (decision 15). No row if not, or if another instance was faster.
 */
export const MOVE_SEGMENT: Statement = {
  name: 'move-segment',
  text: `
    WITH moved AS (
      UPDATE event_log SET moved_up_to = $2
      WHERE moved_up_to = $1::bigint - 1
        AND EXISTS (SELECT FROM log_segments WHERE first = $1 AND last = $2 AND hash = decode($3, 'hex'))
        AND EXISTS (SELECT FROM inventory_events WHERE position = $2 AND event_id = $4::uuid)
      RETURNING epoch
    ), noted AS (
      UPDATE log_segments SET times = $5, digests = $6, notes_hash = $10 WHERE first = $1 AND EXISTS (SELECT FROM moved)
    ), ranges AS (
      INSERT INTO moved_events (first_seq, last_seq, first_position)
      SELECT * FROM unnest($7::bigint[], $8::bigint[], $9::bigint[]) WHERE EXISTS (SELECT FROM moved)
    )
    SELECT epoch FROM moved`,
};

/** The next position behind `$1` whose event has moved and is still in the table, and how far events have moved. */
export const NEXT_TO_DELETE: Statement = {
  name: 'next-moved-event-to-delete',
  text: `
    SELECT moved_up_to::float8 AS "movedUpTo", (
             SELECT min(position)::float8 FROM inventory_events
             WHERE position > $1 AND position <= moved_up_to AND product_id IS NOT NULL
           ) AS position
    FROM event_log`,
};

/** Deletes events that have moved, behind the position `$1` and up to `$2`. */
export const DELETE_MOVED: Statement = {
  name: 'delete-moved-events',
  text: `
    DELETE FROM inventory_events
    WHERE position > $1 AND position <= $2 AND position <= (SELECT moved_up_to FROM event_log)
      AND product_id IS NOT NULL`,
};
