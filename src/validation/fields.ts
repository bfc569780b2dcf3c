import type { FieldError } from '../contracts/index.js';
import { MISSING, type Rule, UNKNOWN } from './rules.js';

/** Errors named in one answer, and characters of a field's name: a body may consist of nothing but unknown fields. */
export const MAX_ERRORS = 100;
export const MAX_FIELD_LENGTH = 100;

/** The fields that an object may have, and those that it must have. */
export interface Fields {
  rules: ReadonlyMap<string, Rule>;
  required: readonly string[];
}

export function fieldsOf(rules: Readonly<Record<string, Rule>>, required: readonly string[] = []): Fields {
  return { rules: new Map(Object.entries(rules)), required };
}

/** What is wrong with an object's fields, each with its first fault; those that are `undefined` count as absent. */
export function fieldFaults(
  value: Readonly<Record<string, unknown>>,
  { rules, required }: Fields,
  most: number = MAX_ERRORS,
): FieldError[] {
  const found: FieldError[] = [];
  for (const field of required) {
    if (value[field] === undefined && found.length < most) found.push({ field, message: MISSING });
  }
  for (const field of Object.keys(value)) {
    if (found.length >= most) break;
    if (value[field] === undefined) continue;
    const rule = rules.get(field);
    const message = rule === undefined ? UNKNOWN : rule(value[field]);
    if (message !== undefined) found.push({ field: field.slice(0, MAX_FIELD_LENGTH), message });
  }
  return found;
}

/** A value that is itself an object of fields; named by the first one at fault. */
export const recordRule =
  (fields: Fields): Rule =>
  (value) => {
    if (!isRecord(value)) return 'must be an object';
    const [fault] = fieldFaults(value, fields, 1);
    return fault && `${fault.field} ${fault.message}`;
  };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
