/**
 * SQL of the timeline that a server writes to, null on a standby: that of the next byte of WAL, as the one of the last
 * checkpoint (`pg_control_checkpoint`) is the old one for a while after a promotion.
 */
export const TIMELINE = `CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END`;
