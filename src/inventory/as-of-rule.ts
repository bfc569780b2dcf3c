import { dayRule, instantRule, type Rule } from '../validation/index.js';

/** At most 15 digits, all of which a number has. */
const POSITION = /^(?:0|[1-9]\d{0,14})$/;

export const isPosition = (asOf: string): boolean => POSITION.test(asOf);
export const isDay = (asOf: string): boolean => dayRule(asOf) === undefined;

/** A position of the log, a market day, or a time. */
export const asOfRule: Rule = (value) => {
  if (typeof value === 'string' && (isPosition(value) || isDay(value) || instantRule(value) === undefined)) return;
  return 'must be a position, a market day such as 2026-03-01, or a time in UTC such as 2026-03-01T03:35:00.000Z';
};
