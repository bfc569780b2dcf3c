import type { Statement } from '../../database/index.js';

/** A row of `consumer_failures` as the driver gives it. */
export interface FailureRow {
  eventId: string;
  position: string;
  key: string;
  attempts: number;
  dropped: boolean;
}

const COLUMNS = `event_id AS "eventId", position, key, attempts, dropped`;

/**
 * A failed attempt: `$1` consumer, `$2` partition, `$3` event, `$4` position, `$5` key, `$6` attempts so far,
 * `$7` error, `$8` milliseconds to the next attempt, null to park the event.
 */
export const RECORD_FAILURE: Statement = {
  name: 'record-consumer-failure',
  text: `INSERT INTO consumer_failures (consumer, partition, event_id, position, key, attempts, error, first_failed_at,
                                        next_attempt_at, parked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp() + $8::int * interval '1 ms',
                 CASE WHEN $8::int IS NULL THEN clock_timestamp() END)
         ON CONFLICT (consumer, event_id) DO UPDATE
         SET attempts = excluded.attempts, error = excluded.error, next_attempt_at = excluded.next_attempt_at,
             parked_at = excluded.parked_at, dropped = false`,
};

/** `$1` consumer, `$2` event. */
export const REMOVE_FAILURE: Statement = {
  name: 'remove-consumer-failure',
  text: 'DELETE FROM consumer_failures WHERE consumer = $1 AND event_id = $2',
};

/** `$1` consumer, `$2` partition, `$3` limit. */
export const READ_DUE: Statement = {
  name: 'read-due-consumer-failures',
  text: `SELECT ${COLUMNS} FROM consumer_failures
         WHERE consumer = $1 AND partition = $2 AND next_attempt_at <= clock_timestamp() ORDER BY position LIMIT $3`,
};

/** `$1` consumer, `$2` partition. */
export const READ_FAILING_KEYS: Statement = {
  name: 'read-failing-keys-of-consumer',
  text: 'SELECT DISTINCT key FROM consumer_failures WHERE consumer = $1 AND partition = $2',
};

/** `$1` consumer, `$2` event: the next attempt is due now, the first of as many as ever. */
export const RETRY_PARKED: Statement = {
  name: 'retry-parked-event',
  text: `UPDATE consumer_failures SET attempts = 0, next_attempt_at = clock_timestamp(), parked_at = NULL
         WHERE consumer = $1 AND event_id = $2 AND parked_at IS NOT NULL RETURNING event_id`,
};

/** `$1` consumer, `$2` event: who handles its product next goes on behind it. */
export const DROP_PARKED: Statement = {
  name: 'drop-parked-event',
  text: `UPDATE consumer_failures SET dropped = true, next_attempt_at = clock_timestamp(), parked_at = NULL
         WHERE consumer = $1 AND event_id = $2 AND parked_at IS NOT NULL RETURNING event_id`,
};

/** `$1` consumer, `$2` limit. */
export const READ_PARKED: Statement = {
  name: 'read-parked-events',
  text: `SELECT event_id AS "eventId", position, key, attempts, error, first_failed_at AS "firstFailedAt",
                parked_at AS "parkedAt"
         FROM consumer_failures WHERE consumer = $1 AND parked_at IS NOT NULL ORDER BY position LIMIT $2`,
};
