import { signal } from '@preact/signals';
import { get } from '../lib/api.js';
import { readMetrics, type Sample, type Sparks, sparksOf } from './sparks.js';

/** Milliseconds between two readings. */
const EVERY = 5_000;
/** Readings that are kept: those of 15 minutes. */
const KEPT = 180;

export const sparks = signal<Sparks | null>(null);
let samples: Sample[] = [];

/** Reads the metrics while something shows them. @returns what ends it */
export function followMetrics(): () => void {
  const read = async (): Promise<void> => {
    if (document.hidden) return;
    try {
      const reading = readMetrics(await get<string>('/metrics'));
      samples = [...samples, { at: Date.now(), reading }]
        .filter(({ at }) => at > Date.now() - KEPT * EVERY)
        .slice(-KEPT);
      sparks.value = sparksOf(samples);
    } catch {
      // The connection's state shows it; the lines have a gap there.
    }
  };
  void read();
  const timer = setInterval(() => void read(), EVERY);
  return () => clearInterval(timer);
}
