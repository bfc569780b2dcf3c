import type { Statement } from '../../database/index.js';

export interface BuildRow {
  id: number;
  projection: string;
  version: number;
  basis: string;
  tables: string[];
  status: 'building' | 'live' | 'retired';
  /** Of its checkpoint; null if it is retired. */
  position: string | null;
  owner: string | null;
  /** Of the log. */
  head: string;
}

/** A build's consumer. */
export const consumerOf = ({ projection, id }: Pick<BuildRow, 'projection' | 'id'>): string => `${projection}.${id}`;

/** Those that may be dropped have been retired for some seconds: who has begun to read one comes to an end. */
export const READ_BUILDS: Statement = {
  name: 'read-projection-builds',
  text: `SELECT b.id, b.projection, b.version, b.basis, b.tables, b.status, p.position, p.owner,
                (SELECT coalesce(max(position), 0) FROM inventory_events) AS head
         FROM projection_builds b
         LEFT JOIN consumer_partitions p ON p.consumer = b.projection || '.' || b.id AND p.partition = 0
         WHERE b.status <> 'retired' OR b.retired_at < clock_timestamp() - interval '5 s'
         ORDER BY b.projection, b.id`,
};

/** One at a time begins, swaps or drops builds of a projection: `$1`. */
export const LOCK_PROJECTION: Statement = {
  name: 'lock-projection',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('projection ' || $1, 0))`,
};

/** `$1` projection, `$2` version, `$3` basis, `$4` tables, `$5` recomputation, `$6` status. */
export const INSERT_BUILD: Statement = {
  name: 'insert-projection-build',
  text: `INSERT INTO projection_builds (projection, version, basis, tables, recompute, status)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
};

/** `$1` build, `$2` status. */
export const SET_STATUS: Statement = {
  name: 'set-projection-build-status',
  text: `UPDATE projection_builds
         SET status = $2, retired_at = CASE WHEN $2 = 'retired' THEN clock_timestamp() END WHERE id = $1`,
};

/** `$1` build. Code of the same version may recompute in another way. */
export const SET_RECOMPUTE: Statement = {
  name: 'set-projection-build-recompute',
  text: `UPDATE projection_builds SET recompute = $2 WHERE id = $1 AND recompute <> $2`,
};

/** `$1` build. */
export const DELETE_BUILD: Statement = {
  name: 'delete-projection-build',
  text: 'DELETE FROM projection_builds WHERE id = $1',
};

/** `$1` consumer. Its owner can't commit before this transaction ends. */
export const HOLD_CHECKPOINT: Statement = {
  name: 'hold-checkpoint',
  text: 'SELECT position FROM consumer_partitions WHERE consumer = $1 AND partition = 0 FOR UPDATE',
};

/** `$1` milliseconds. Of locks of views and tables: who waits for one keeps readers waiting. */
export const LOCK_WITHIN: Statement = {
  name: 'lock-within',
  text: `SELECT set_config('lock_timeout', $1::int || 'ms', true)`,
};

/** `$1` views: what is noted of those that there are. */
export const READ_MARKS: Statement = {
  name: 'read-marks-of-projection-views',
  text: `SELECT name AS view, obj_description(to_regclass(name), 'pg_class') AS mark
         FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL`,
};

/** `$1` projection. */
export const READ_LIVE_VERSION: Statement = {
  name: 'read-live-projection-version',
  text: `SELECT version FROM projection_builds WHERE projection = $1 AND status = 'live'`,
};

/** `$1` projection. */
export const READ_LIVE_POSITION: Statement = {
  name: 'read-live-projection-position',
  text: `SELECT p.position
         FROM projection_builds b JOIN consumer_partitions p ON p.consumer = b.projection || '.' || b.id
         WHERE b.projection = $1 AND b.status = 'live' AND p.partition = 0`,
};
