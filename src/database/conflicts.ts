/** SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TRANSIENT = new Set(['40001', '40P01']);

/**
 * PostgreSQL undid the statement for the sake of another one (serialization, deadlock): the same again may succeed.
 * Also true of an error that was caused by such a one.
 */
export function isTransient(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return (typeof code === 'string' && TRANSIENT.has(code)) || (cause !== undefined && isTransient(cause));
}

/** PostgreSQL's `SQLSTATE` of an error, if it has one. */
export const sqlState = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** SQLSTATEs `undefined_table` and `undefined_column`. */
const UNDEFINED = new Set<unknown>(['42P01', '42703']);

/** There is no such table, view or column: as while those that this version reads are just being made. */
export const isUndefined = (error: unknown): boolean => UNDEFINED.has(sqlState(error));

/** A lock wasn't to be had within `lock_timeout`; the statement has done nothing. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}
