import type { Statement } from '../../database/index.js';
import { areSalts } from './log-segments.sql.js';

/** The last position that is noted or sealed. */
const TAIL_END = `greatest((SELECT coalesce(max(last), 0) FROM log_tail), (SELECT coalesce(max(last), 0) FROM log_segments))`;

export const READ_TAIL_END: Statement = { name: 'read-end-of-tail', text: `SELECT ${TAIL_END} AS last` };

/**
 * Notes events: `$1` first and `$2` last position, `$3` digests, `$4` id of the last event, `$5` vendors and `$6` the
 * salts of their names. Only if these are the next ones, of the history that the database has (decision 15), and no
 * vendor has another salt by now because its names were removed.
 */
export const KEEP_TAIL: Statement = {
  name: 'keep-tail',
  text: `
    INSERT INTO log_tail (first, last, digests)
    SELECT $1::bigint, $2::bigint, $3::bytea
    WHERE ${TAIL_END} = $1 - 1 AND EXISTS (SELECT FROM inventory_events WHERE position = $2 AND event_id = $4::uuid)
      AND ${areSalts('$5', '$6')}
    ON CONFLICT DO NOTHING RETURNING first`,
};

/** What is noted of positions from `$1` to `$2`, and maybe of some around. */
export const READ_TAIL: Statement = {
  name: 'read-tail',
  text: `SELECT first::float8, digests FROM log_tail WHERE last >= $1 AND first <= $2 ORDER BY first`,
};

export const TRIM_TAIL: Statement = {
  name: 'trim-tail',
  text: `DELETE FROM log_tail WHERE last <= (SELECT max(last) FROM log_segments)`,
};
