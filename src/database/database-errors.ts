import { types } from 'node:util';

/**
 * SQLSTATEs that say "not now": connection (08), a server that has become read-only (25006), a transaction that
 * idled too long
 * (25P03), resources (53), a database
 * closed to connections (55000), a lock that wasn't to be had in time (55P03), operator intervention, also for a
 * statement that takes too long (57), system (58).
 */
const UNAVAILABLE_STATES = /^(08|25006|25P03|53|55000|55P03|57|58)/;
/** Of these, the ones with which PostgreSQL ends the session: connection, time-outs of a session, shutdown. */
const SESSION_ENDS = /^(08|25P0[34]|57P)/;
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What `pg` throws without any code when a connection breaks or none can be had. */
const DRIVER_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client was closed|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end/i;

/** Whether PostgreSQL couldn't be asked or couldn't answer, as opposed to refusing the statement. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return NETWORK_CODES.has(code) || (code.length === 5 && UNAVAILABLE_STATES.test(code));
  return DRIVER_MESSAGES.test(error.message);
}

/**
 * Of what `isDatabaseUnavailable`: the connection is gone, so what was under way on it may have been done. After any
 * other error of PostgreSQL it has not.
 */
export function isConnectionLost(error: unknown): boolean {
  if (!isDatabaseUnavailable(error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code !== 'string' || NETWORK_CODES.has(code) || SESSION_ENDS.test(code);
}
