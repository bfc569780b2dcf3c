import { dayRule, type Rule } from '../validation/index.js';

/** At most 15 digits, all of which a number has. */
const POSITION = /^(?:0|[1-9]\d{0,14})$/;

/** RFC 3339: in UTC or with an offset, with fractions of a second or without. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

export const isPosition = (asOf: string): boolean => POSITION.test(asOf);
export const isDay = (asOf: string): boolean => dayRule(asOf) === undefined;
const isTime = (asOf: string): boolean =>
  TIME.test(asOf) && isDay(asOf.slice(0, 10)) && !Number.isNaN(Date.parse(asOf));

/** A position of the log, a market day, or a time. */
export const asOfRule: Rule = (value) => {
  if (typeof value === 'string' && (isPosition(value) || isDay(value) || isTime(value))) return;
  return 'must be a position, a market day such as 2026-03-01, or a time such as 2026-03-01T03:35:00Z';
};
