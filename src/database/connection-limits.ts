/** Milliseconds to wait for a connection, new or out of the pool. */
export const CONNECT_TIMEOUT = 3_000;

/**
 * Milliseconds after which PostgreSQL gives up by itself, also when the process that asked is gone or can't be reached:
 * a statement (the driver gives up at 8 s), the wait for a lock, a transaction that its client does not go on with.
 */
const SERVER_LIMITS = {
  statement_timeout: 10_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 15_000,
};

/** Of all connections but the leader's. */
export const connectionLimits = { keepAlive: true, ...SERVER_LIMITS };
