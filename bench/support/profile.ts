import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stretches of time under load, in microseconds of the clock that V8's profiles use. */
export class ProfileWindows {
  private windows: [from: number, to: number][] = [];

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const from = micros();
    try {
      return await work();
    } finally {
      this.windows.push([from, micros()]);
    }
  }

  includes(time: number): boolean {
    return this.windows.some(([from, to]) => from <= time && time <= to);
  }

  clear(): void {
    this.windows = [];
  }
}

const micros = (): number => Number(process.hrtime.bigint() / 1_000n);

interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
}

interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
}

const LISTED = 45;

/** Where the server spent its time under load: self time by function, and by package or folder. */
export async function summariseProfiles(directory: string, windows: ProfileWindows): Promise<string> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.cpuprofile'));
  const parts = await Promise.all(
    files.map(async (name) =>
      summary(JSON.parse(await readFile(join(directory, name), 'utf8')) as CpuProfile, windows),
    ),
  );
  return parts.join('\n\n');
}

function summary({ nodes, startTime, samples, timeDeltas }: CpuProfile, windows: ProfileWindows): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const selfTimes = new Map<number, number>();
  const byFunction = new Map<string, number>();
  const byPlace = new Map<string, number>();
  const add = (sums: Map<string, number>, key: string, time: number) => sums.set(key, (sums.get(key) ?? 0) + time);
  let time = startTime;
  let total = 0;
  samples.forEach((sample, index) => {
    const delta = timeDeltas[index]!;
    time += delta;
    if (!windows.includes(time)) return;
    total += delta;
    const frame = frames.get(sample)!;
    selfTimes.set(sample, (selfTimes.get(sample) ?? 0) + delta);
    add(byFunction, nameOf(frame), delta);
    add(byPlace, placeOf(frame), delta);
  });
  const lines = (sums: Map<string, number>, count: number): string[] =>
    [...sums]
      .sort(([, one], [, other]) => other - one)
      .slice(0, count)
      .map(([key, sum]) => `${((sum / total) * 100).toFixed(1).padStart(6)} %  ${key}`);
  return [
    `${(total / 1e6).toFixed(1)} s under load`,
    '',
    'Self time by place:',
    ...lines(byPlace, 25),
    '',
    'Self time by function:',
    ...lines(byFunction, LISTED),
    '',
    'Time by function, with all that it calls before the next await:',
    ...lines(totalTimes(nodes, selfTimes), LISTED),
  ].join('\n');
}

/** Recursive calls count once. */
function totalTimes(nodes: CpuProfile['nodes'], selfTimes: ReadonlyMap<number, number>): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const totals = new Map<string, number>();
  const visit = (id: number, callers: readonly string[]): number => {
    const { callFrame, children = [] } = byId.get(id)!;
    const name = nameOf(callFrame);
    const path = callers.includes(name) ? callers : [...callers, name];
    const time = children.reduce((sum, child) => sum + visit(child, path), selfTimes.get(id) ?? 0);
    if (path !== callers && callFrame.url !== '') totals.set(name, (totals.get(name) ?? 0) + time);
    return time;
  };
  visit(nodes[0]!.id, []);
  return totals;
}

const nameOf = ({ functionName, url, lineNumber }: CallFrame): string =>
  `${functionName || '(anonymous)'}  ${shortened(url)}:${lineNumber + 1}`;

const shortened = (url: string): string => url.replace(/^.*\/(node_modules|dist)\//, '');

function placeOf({ functionName, url }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native';
  if (url.startsWith('node:')) return url.replace(/^node:(internal\/)?([^/]+).*$/, 'node:$2');
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  return inPackage ? inPackage[1]! : shortened(url).replace(/\/[^/]*$/, '');
}
