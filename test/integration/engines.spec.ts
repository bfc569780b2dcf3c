import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Locked {
  packages: Record<string, { version: string; engines?: { node?: string } }>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Locked;
const oldest = numbersOf(packages['']!.engines!.node!.replace('>=', ''));

function numbersOf(version: string): number[] {
  const [major = '0', minor = '0', patch = '0'] = version.split('.');
  return [major, minor, patch].map((part) => Number.parseInt(part, 10) || 0);
}

/** Below 0 if the oldest Node.js is older. */
function compared(other: readonly number[]): number {
  const at = oldest.findIndex((part, index) => part !== other[index]);
  return at < 0 ? 0 : oldest[at]! - other[at]!;
}

/** Of what npm's ranges can be, all that packages have there. */
function fits(comparator: string): boolean {
  const [, operator, version] = /^(\^|~|>=|<=|>|<|=)?v?([\dx*.]+)$/.exec(comparator) ?? [];
  if (version === undefined) throw new Error(`This is no range of versions that the test knows: ${comparator}`);
  if (/^[x*]/.test(version)) return true;
  const wanted = numbersOf(version);
  const difference = compared(wanted);
  if (operator === '>=') return difference >= 0;
  if (operator === '>') return difference > 0;
  if (operator === '<') return difference < 0;
  if (operator === '<=') return difference <= 0;
  // An exact one has three numbers; `20` or `20.x` is any of it.
  const isOfMinor = operator === '~' || (operator !== '^' && /^\d+\.\d+/.test(version));
  return difference >= 0 && oldest[0] === wanted[0] && (!isOfMinor || oldest[1] === wanted[1]);
}

const runs = (range: string): boolean =>
  range.split('||').some((part) =>
    part
      .trim()
      .replaceAll(/([<>=^~])\s+/g, '$1')
      .split(/\s+/)
      .every((comparator) => comparator === '' || fits(comparator)),
  );

/** `npm ci` warns of others (`EBADENGINE`), and their authors don't try them on that Node.js. */
describe('the packages of package-lock.json', () => {
  it('run on the oldest Node.js that the product runs on', () => {
    const ranges = Object.entries(packages).flatMap(([path, { version, engines }]) =>
      engines?.node === undefined ? [] : [[`${path} ${version}`, engines.node] as const],
    );
    expect(ranges.length).toBeGreaterThan(200);
    expect(ranges.filter(([, range]) => !runs(range))).toEqual([]);
  });
});
