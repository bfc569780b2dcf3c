import type { ValidationError } from 'class-validator';
import type { FieldError } from '../contracts/index.js';
import { MAX_ERRORS, MAX_FIELD_LENGTH } from './fields.js';
import { MISSING, REPEATED, UNKNOWN } from './rules.js';

/**
 * One error for each field that class-validator has refused, named by its first fault.
 *
 * @param inQuery the fields are parameters, of which a list is one that is given more than once
 */
export function fieldErrors(errors: readonly ValidationError[], { inQuery = false } = {}): FieldError[] {
  return errors.slice(0, MAX_ERRORS).map(({ property, value, constraints = {} }) => {
    const field = property.slice(0, MAX_FIELD_LENGTH);
    if ('whitelistValidation' in constraints) return { field, message: inQuery ? 'is not a known parameter' : UNKNOWN };
    if (value === undefined) return { field, message: MISSING };
    if (inQuery && Array.isArray(value)) return { field, message: REPEATED };
    return { field, message: Object.values(constraints)[0] ?? 'is not valid' };
  });
}
