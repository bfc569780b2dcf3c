import type { ValidationError } from 'class-validator';
import type { FieldError } from '../../contracts/index.js';

/** Errors named in one answer, and characters of a field's name: a body may consist of nothing but unknown fields. */
const MAX_ERRORS = 100;
const MAX_FIELD_LENGTH = 100;

/** Flattens class-validator's tree; a field in a list is named by its path: `updates.3.availability`. */
export function fieldErrors(errors: readonly ValidationError[]): FieldError[] {
  const found: FieldError[] = [];
  collect(errors, '', found);
  return found;
}

function collect(errors: readonly ValidationError[], path: string, found: FieldError[]): void {
  for (const error of errors) {
    const field = (path + error.property).slice(0, MAX_FIELD_LENGTH);
    for (const [rule, message] of Object.entries(error.constraints ?? {})) {
      if (found.length === MAX_ERRORS) return;
      found.push({
        field,
        message: rule === 'whitelistValidation' ? 'is not a known field' : withoutName(message, error.property),
      });
    }
    collect(error.children ?? [], `${field}.`, found);
  }
}

function withoutName(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
