import { dayRule, type Rule } from '../validation/index.js';

/** At most 15 digits, all of which a number has. */
const POSITION = /^(?:0|[1-9]\d{0,14})$/;

/** RFC 3339: in UTC or with an offset, with fractions of a second or without. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

export const isPosition = (asOf: string): boolean => POSITION.test(asOf);
export const isDay = (asOf: string): boolean => dayRule(asOf) === undefined;

/** Of the years 1 to 9999, in UTC as well: PostgreSQL knows no year 0. */
function isTime(asOf: string): boolean {
  if (!TIME.test(asOf) || !isDay(asOf.slice(0, 10))) return false;
  const time = Date.parse(asOf);
  return !Number.isNaN(time) && isDay(new Date(time).toISOString().slice(0, 10));
}

/** A position of the log, a market day, or a time. */
export const asOfRule: Rule = (value) => {
  if (typeof value === 'string' && (isPosition(value) || isDay(value) || isTime(value))) return;
  return 'must be a position, a market day such as 2026-03-01, or a time such as 2026-03-01T03:35:00Z';
};
