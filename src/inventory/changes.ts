import { isDeepStrictEqual } from 'node:util';
import type { FieldChange } from '../contracts/index.js';

/**
 * What a request would really change. Absent fields stay; objects are compared by content, whatever their key order;
 * prices are exact, since two decimals below 10^10 have one nearest double.
 * JSON has a -0 and `numeric` has none, so 0 and -0 are one price.
 */
export function changesOf<State extends object>(state: State, updates: Partial<State>): FieldChange[] {
  return Object.entries(updates).flatMap(([field, newValue]) => {
    const oldValue = state[field as keyof State];
    const same = newValue === undefined || newValue === oldValue || isDeepStrictEqual(oldValue, newValue);
    return same ? [] : [{ field, oldValue, newValue }];
  });
}

export function applyChanges<State extends object>(state: State, changes: readonly FieldChange[]): State {
  return { ...state, ...Object.fromEntries(changes.map(({ field, newValue }) => [field, newValue])) };
}
