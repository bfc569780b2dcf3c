/** SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';
/** Data exceptions and constraint violations: the fault of one row. */
const ROW_FAULT = /^2[23]/;

const stateOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** PostgreSQL undid the statement for the sake of another one: the same again may succeed. */
export const isTransient = (error: unknown): boolean =>
  [SERIALIZATION_FAILURE, DEADLOCK_DETECTED].includes(stateOf(error));

/** One row of the statement was refused, and all the others with it. */
export const isRowFault = (error: unknown): boolean => ROW_FAULT.test(stateOf(error));

export const isUniqueViolation = (error: unknown): boolean => stateOf(error) === UNIQUE_VIOLATION;
