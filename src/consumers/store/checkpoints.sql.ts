import type { Statement } from '../../database/index.js';

/**
 * The fence: moves a checkpoint only for the owner of this term, and only from where the owner believes it to be, and
 * only if the log has this event where it is moved to, so that a log that was set back meanwhile isn't passed by.
 * Events that have moved to segments are of before anything that could be set back while they are handled.
 * `$1` consumer, `$2` partition, `$3` owner, `$4` term, `$5` new position, `$6` old position, `$7` event at the new
 * position, null if it isn't moved.
 */
export const MOVE_CHECKPOINT: Statement = {
  name: 'move-checkpoint',
  text: `UPDATE consumer_partitions SET position = $5
         WHERE consumer = $1 AND partition = $2 AND owner = $3 AND term = $4 AND position = $6
           AND ($7::uuid IS NULL OR EXISTS (
                 SELECT FROM inventory_events e WHERE e.position = $5 AND e.event_id = $7::uuid)
               OR $5 <= (SELECT moved_up_to FROM event_log))
         RETURNING position`,
};

/** `$1` name, `$2` kind, `$3` filter, `$4` onFailure, `$5` maxAttempts, `$6` now. Code decides anew at each start. */
export const REGISTER_CONSUMER: Statement = {
  name: 'register-consumer',
  text: `INSERT INTO event_consumers (name, kind, filter, on_failure, max_attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (name) DO UPDATE
         SET filter = excluded.filter, on_failure = excluded.on_failure, max_attempts = excluded.max_attempts
         WHERE event_consumers.kind = excluded.kind AND excluded.kind = 'in-process'
         RETURNING name`,
};

/** `$1` consumer, `$2` how many, `$3` position that they begin at. */
export const ADD_PARTITIONS: Statement = {
  name: 'add-consumer-partitions',
  text: `INSERT INTO consumer_partitions (consumer, partition, position)
         SELECT $1, partition, $3 FROM generate_series(0, $2::int - 1) AS partition ON CONFLICT DO NOTHING`,
};

/** `$1` consumer, `$2` position; after `FENCE_OFF`. */
export const MOVE_ALL: Statement = {
  name: 'move-consumer',
  text: 'UPDATE consumer_partitions SET position = $2 WHERE consumer = $1',
};

/** `$1` consumer; after `FENCE_OFF`, or what is just being committed would leave failures behind. */
export const FORGET_FAILURES: Statement = {
  name: 'forget-consumer-failures',
  text: 'DELETE FROM consumer_failures WHERE consumer = $1',
};

/** `$1` consumer. Waits for what is being committed; whatever else is under way can't be committed any more. */
export const FENCE_OFF: Statement = {
  name: 'fence-off-consumer',
  text: `UPDATE consumer_partitions
         SET term = term + 1, owner = NULL, lease = NULL, lease_until = NULL, leased_up_to = NULL, leased_retries = NULL
         WHERE consumer = $1`,
};

/** `$1` consumer, `$2` partition: whether there is one, and where it stands. */
export const READ_CHECKPOINT: Statement = {
  name: 'read-checkpoint',
  text: 'SELECT position FROM consumer_partitions WHERE consumer = $1 AND partition = $2',
};

/** `$1` consumer. */
export const READ_KIND: Statement = {
  name: 'read-consumer-kind',
  text: 'SELECT kind FROM event_consumers WHERE name = $1',
};

/** `$1` consumer, `$2` whether it is to be paused. */
export const SET_PAUSED: Statement = {
  name: 'pause-consumer',
  text: 'UPDATE event_consumers SET paused = $2 WHERE name = $1 RETURNING name',
};

/** `$1` consumer; its checkpoints and failures go with it. */
export const DELETE_CONSUMER: Statement = {
  name: 'delete-consumer',
  text: 'DELETE FROM event_consumers WHERE name = $1',
};
