import type { Settings } from './session/session-settings.js';

/** Milliseconds to wait for a connection, new or out of the pool. */
export const CONNECT_TIMEOUT = 3_000;

/**
 * Milliseconds after which PostgreSQL gives up by itself, also when the process that asked is gone or can't be reached:
 * a statement (the driver gives up at 8 s), the wait for a lock, a transaction that its client does not go on with.
 * Of all connections but the leader's.
 */
export const SERVER_LIMITS: Settings = {
  statement_timeout: '10000',
  lock_timeout: '5000',
  idle_in_transaction_session_timeout: '15000',
};

/** None, for what may take its time (migrations), whatever the database's owner has set for others. */
export const NO_SERVER_LIMITS: Settings = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};
