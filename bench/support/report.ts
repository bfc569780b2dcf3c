import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { median, type Rounds } from './rounds.js';

/** One line of the table. */
export type Row = Record<string, string | number | boolean>;

export interface BenchResult {
  rows: Row[];
  /** Further figures for the file. */
  details?: Record<string, unknown>;
  versions?: { postgres?: string; redis?: string };
}

export interface Comparison {
  bench: string;
  unit: string;
  rounds: Rounds;
  /** The ratio to reach. */
  reach: number;
  /**
   * `higher`: rates, ratio = ours / ceiling. `lower`: times, ratio = ours / ceiling, and at most `reach`. `faster`:
   * times, ratio = ceiling / ours.
   */
  better: 'higher' | 'lower' | 'faster';
}

/** Medians side by side, with the least and the greatest ratio of a single round, which tell how much to believe. */
export function compare({ bench, unit, rounds, reach, better }: Comparison): Row {
  const ratioOf = (ours: number, ceiling: number): number => (better === 'faster' ? ceiling / ours : ours / ceiling);
  const ratio = ratioOf(median(rounds.ours), median(rounds.ceiling));
  const ratios = rounds.ours.map((ours, round) => ratioOf(ours, rounds.ceiling[round]!));
  return {
    bench,
    unit,
    ours: rounded(median(rounds.ours)),
    ceiling: rounded(median(rounds.ceiling)),
    ratio: rounded(ratio),
    spread: `${rounded(Math.min(...ratios))}–${rounded(Math.max(...ratios))}`,
    reach: `${better === 'lower' ? '≤' : '≥'} ${reach}`,
    met: better === 'lower' ? ratio <= reach : ratio >= reach,
  };
}

/** Three significant digits, or whole numbers. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export async function writeResult(name: string, options: object, result: BenchResult): Promise<void> {
  const { rows, details, versions } = result;
  const file = {
    name,
    date: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
    versions: { node: process.version, ...versions, packages: packageVersions() },
    options,
    ...details,
    rows,
  };
  await mkdir('bench/results', { recursive: true });
  await writeFile(`bench/results/${name}.json`, `${JSON.stringify(file, null, 2)}\n`);
}

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;

/** Of what runs in the server, as it is installed. */
function packageVersions(): Record<string, string> {
  const names = Object.keys(readManifest('package.json').dependencies);
  return Object.fromEntries(names.map((name) => [name, readManifest(`node_modules/${name}/package.json`).version]));
}
