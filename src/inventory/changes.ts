import { isDeepStrictEqual } from 'node:util';
import type { FieldChange } from '../contracts/index.js';

/**
 * What a request would really change. Absent fields stay; objects are compared by content, whatever their key order;
 * prices are exact, since two decimals below 10^10 have one nearest double.
 * JSON has a -0 and `numeric` has none, so 0 and -0 are one price.
 */
export function changesOf<State extends object>(state: State, updates: Partial<State>): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const field of Object.keys(updates) as (keyof State & string)[]) {
    const [oldValue, newValue] = [state[field], updates[field]];
    const same = newValue === undefined || newValue === oldValue || isDeepStrictEqual(oldValue, newValue);
    if (!same) changes.push({ field, oldValue, newValue });
  }
  return changes;
}

/** @param more what else becomes of it */
export function applyChanges<State extends object>(
  state: State,
  changes: readonly FieldChange[],
  more: Partial<State>,
): State {
  const next: State = { ...state };
  for (const { field, newValue } of changes) next[field as keyof State] = newValue as State[keyof State];
  return Object.assign(next, more);
}
