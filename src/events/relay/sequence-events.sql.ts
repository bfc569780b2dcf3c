import { EVENT_COLUMNS } from '../log/event-row.js';

/** Events sequenced and published together; bounds memory and the length of the transaction. */
export const SEQUENCE_BATCH = 1_000;

/**
 * Gives the next positions to committed events in `seq` order and returns them. `$1`: at most how many.
 *
 * Only the leader runs it, on the connection that holds the advisory lock, so `max(position)` can't move meanwhile.
 * A plain sequence would leave holes at every rollback; positions taken by the writers would be visible out of order.
 */
export const SEQUENCE_EVENTS = {
  name: 'sequence-events',
  text: `
    WITH pending AS MATERIALIZED (
      SELECT seq FROM inventory_events WHERE position IS NULL ORDER BY seq LIMIT $1
    ), head AS MATERIALIZED (
      SELECT coalesce(max(position), 0) AS position FROM inventory_events
    ), numbered AS (
      SELECT seq, (SELECT position FROM head) + row_number() OVER (ORDER BY seq) AS position FROM pending
    ), sequenced AS (
      UPDATE inventory_events e SET position = numbered.position
      FROM numbered WHERE e.seq = numbered.seq RETURNING e.*
    )
    SELECT ${EVENT_COLUMNS} FROM sequenced ORDER BY position`,
};
