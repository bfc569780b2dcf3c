import { effect, type Signal, signal } from '@preact/signals';

/** A setting that outlasts the page. What is stored and not valid any more is left aside. */
export function kept<T extends string>(name: string, fallback: T, isValid: (value: string) => boolean): Signal<T> {
  const key = `mandi.${name}`;
  const stored = localStorage.getItem(key);
  const setting = signal<T>(stored !== null && isValid(stored) ? (stored as T) : fallback);
  effect(() => localStorage.setItem(key, setting.value));
  return setting;
}
