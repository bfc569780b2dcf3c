import type { LogCursor } from '../../contracts/index.js';
import { ValidationFailedError } from '../../infra/index.js';
import { MISSING, type Rule, uuidRule, wholeNumberRule } from '../../validation/index.js';

const positionRule = wholeNumberRule(0, Number.MAX_SAFE_INTEGER);

/** `since` of a request. */
export function cursorOf(value: unknown): LogCursor {
  const cursor = record(value, 'since');
  const epoch = need<string>(cursor, 'epoch', uuidRule, 'since.').toLowerCase();
  return { epoch, position: need<number>(cursor, 'position', positionRule, 'since.') };
}

/** The value of a field, of the type that its rule asks for. */
export function need<Value = string>(from: Record<string, unknown>, field: string, rule: Rule, within = ''): Value {
  const value = from[field];
  const message = value === undefined ? MISSING : rule(value);
  if (message !== undefined) throw refused(`${within}${field}`, message);
  return value as Value;
}

export function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused(field, 'must be an object');
}

export function refused(field: string, message: string): ValidationFailedError {
  return new ValidationFailedError([{ field, message }]);
}
