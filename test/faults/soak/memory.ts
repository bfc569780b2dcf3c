import { readFile } from 'node:fs/promises';
import type { Cluster } from '../../support/cluster/index.js';

const MEGABYTE = 1_048_576;
const PAGE = 4_096;

interface Life {
  name: string;
  samples: number[];
}

/** Resident memory of the instances over their lives; Linux only, elsewhere there is nothing to report. */
export class Memory {
  private readonly lives = new Map<number, Life>();

  async sample({ running }: Cluster): Promise<void> {
    for (const { name, pid } of running) {
      const pages = await readFile(`/proc/${pid}/statm`, 'utf8').then(
        (text) => Number(text.split(' ')[1]),
        () => NaN,
      );
      if (Number.isNaN(pages)) continue;
      const life = this.lives.get(pid) ?? { name, samples: [] };
      life.samples.push(Math.round((pages * PAGE) / MEGABYTE));
      this.lives.set(pid, life);
    }
  }

  /** A line for the largest, and one for each of the longest lives. */
  summary(): string[] {
    const lives = [...this.lives.values()].sort((one, other) => other.samples.length - one.samples.length);
    if (lives.length === 0) return ['memory: not sampled'];
    const largest = Math.max(...lives.flatMap(({ samples }) => samples));
    return [
      `memory: ${largest} MB at most`,
      ...lives
        .slice(0, 3)
        .map(
          ({ name, samples }) =>
            `  ${name}, ${samples.length} rounds: ${samples[0]} MB first, ${samples.at(-1)} MB last`,
        ),
    ];
  }
}
