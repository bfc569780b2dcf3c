import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { messageOf } from '../lib/api.js';
import { token } from '../lib/session.js';

export interface Polled<Value> {
  value: Signal<Value | null>;
  problem: Signal<string | null>;
  /** At once, such as after a change. */
  again: () => void;
}

/** Something that is read every 5 s while it is shown; what was read last stays when that fails. */
export function usePolled<Value>(read: (signal: AbortSignal) => Promise<Value>, every = 5_000): Polled<Value> {
  const value = useSignal<Value | null>(null);
  const problem = useSignal<string | null>(null);
  const turn = useSignal(0);
  useEffect(() => {
    const aborting = new AbortController();
    const { signal } = aborting;
    const once = (): void => {
      if (document.hidden) return;
      read(signal).then(
        (found) => {
          if (!signal.aborted) [value.value, problem.value] = [found, null];
        },
        (error: unknown) => {
          if (!signal.aborted) problem.value = messageOf(error);
        },
      );
    };
    once();
    const timer = setInterval(once, every);
    return () => {
      clearInterval(timer);
      aborting.abort();
    };
  }, [turn.value, token.value]);
  return { value, problem, again: () => (turn.value += 1) };
}
