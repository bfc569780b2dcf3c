import type { Statement } from '../sql-client.js';
import { TIMELINE } from '../timeline.sql.js';
import { lsnDigits } from './wal-position.js';

/**
 * On the primary: a `WalPosition` that everything committed before has reached. What is inserted, not what is written
 * out: with `synchronous_commit = off` a commit is visible before it is written.
 */
export const READ_PRIMARY: Statement = {
  name: 'read-wal-position',
  text: `SELECT ${TIMELINE} || ${lsnDigits('lsn')} AS position FROM (SELECT pg_current_wal_insert_lsn()::text AS lsn) wal`,
};

/** Which database of which cluster a server has; standbys have those of their primary. */
export interface Identity {
  cluster: string;
  database: string;
}

/** Any role may ask, unless it was forbidden. */
export const READ_IDENTITY: Statement = {
  name: 'read-identity',
  text: `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
           (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database`,
};

/** What a server says of itself; also one that is no standby any more. */
export interface StandbyView {
  standby: boolean;
  /** 16 digits of the LSN up to which it has replayed; null if it never did. */
  replayed: string | null;
  /** Whether it has a connection to the server that it follows. */
  streams: boolean;
  /** The timeline that it gets, as in a `WalPosition`; null if it doesn't stream, or its role may not know. */
  receiving: string | null;
  /** What the data say, as far as they are replayed: of which history of the log they are. */
  epoch: string;
  timeline: string | null;
}

/**
 * On a replica, sent before what is read there. `OFFSET 0` keeps the order: the LSN is read before the timeline. A
 * standby that goes over to another timeline says so before it replays anything of it, so the LSN is of the timeline
 * that is read after it.
 */
export const READ_STANDBY: Statement = {
  name: 'read-standby',
  text: `
    SELECT pg_is_in_recovery() AS standby, ${lsnDigits('wal.lsn')} AS replayed, receiver.pid IS NOT NULL AS streams,
           receiver.timeline AS receiving, log.epoch, log.timeline
    FROM event_log log
    CROSS JOIN LATERAL (SELECT pg_last_wal_replay_lsn()::text AS lsn OFFSET 0) wal
    LEFT JOIN LATERAL (
      SELECT pid, upper(lpad(to_hex(received_tli), 8, '0')) AS timeline
      FROM pg_stat_wal_receiver WHERE coalesce(wal.lsn, '') <> 'none' OFFSET 0
    ) receiver ON true`,
};
