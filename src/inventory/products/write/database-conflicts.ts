export { isTransient } from '../../../database/index.js';

/** SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNIQUE_VIOLATION = '23505';
/** Data exceptions and constraint violations: the fault of one row. */
const ROW_FAULT = /^2[23]/;

const stateOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** One row of the statement was refused, and all the others with it. */
export const isRowFault = (error: unknown): boolean => ROW_FAULT.test(stateOf(error));

export const isUniqueViolation = (error: unknown): boolean => stateOf(error) === UNIQUE_VIOLATION;

/** A revision of a day's price that is there already. */
export const isReportConflict = (error: unknown): boolean =>
  isUniqueViolation(error) && (error as { constraint?: unknown }).constraint === 'market_prices_key';
