import { ValidationFailedError } from '../infra/index.js';

/**
 * Refuses what every object has already, such as `__proto__`, `constructor` or `toString`, and `prototype`:
 * class-transformer and Nest would drop fields of these names in silence, where any other unknown field is refused by
 * name.
 *
 * Throws `ValidationFailedError`.
 */
export function refuseInheritedNames(value: object): void {
  if (Array.isArray(value)) return;
  const field = Object.keys(value).find((name) => name in Object.prototype || name === 'prototype');
  if (field !== undefined) throw new ValidationFailedError([{ field, message: 'is not a known field' }]);
}
