import { EVENT_TYPES } from '../../contracts/index.js';
import {
  fieldsOf,
  idRule,
  instantRule,
  isRecord,
  listRule,
  oneOfRule,
  recordRule,
  type Rule,
  slugRule,
  textRule,
  uuidRule,
  wholeNumberRule,
} from '../../validation/index.js';

/** Values that one part of a filter may have. */
const MOST = 100;

export const CONSUMER_FILTER_RULES = fieldsOf({
  eventTypes: listRule(oneOfRule(EVENT_TYPES), MOST),
  vendorIds: listRule(idRule, MOST),
  categories: listRule(slugRule, MOST),
  commodities: listRule(slugRule, MOST),
});

export const FAILED_EVENT_RULES = fieldsOf({ eventId: uuidRule, error: textRule(1_000, { blank: true }) }, [
  'eventId',
  'error',
]);

const AT_POSITION = recordRule(fieldsOf({ position: wholeNumberRule(0, Number.MAX_SAFE_INTEGER) }, ['position']));
const AT_TIME = recordRule(fieldsOf({ time: instantRule }, ['time']));

/** A `ConsumerStart`. */
export const startRule: Rule = (value) => {
  if (typeof value === 'string') return oneOfRule(['now', 'beginning'])(value);
  if (!isRecord(value)) return 'must be now, beginning, or an object with a position or a time';
  return ('time' in value ? AT_TIME : AT_POSITION)(value);
};
