import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';

/** Permissive: they ask for their notice, and nothing of what is built with them. */
const ALLOWED = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'PostgreSQL',
  'Unlicense',
  'CC0-1.0',
  'Zlib',
]);

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  dev?: boolean;
  link?: boolean;
  hasInstallScript?: boolean;
}

interface Manifest {
  name: string;
  version: string;
  license?: string | { type?: string };
  licenses?: { type?: string }[];
}

const parse = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

/** Whether one may use it under allowed terms: of `OR` one is enough, of `AND` all are needed. */
function isAllowed(expression: string): boolean {
  const terms = expression.replaceAll(/[()]/g, '').split(/ OR /i);
  return terms.some((term) => term.split(/ AND /i).every((licence) => ALLOWED.has(licence.trim())));
}

describe('packages', () => {
  const locked = async (): Promise<[string, LockedPackage][]> => {
    const { packages } = await parse<{ packages: Record<string, LockedPackage> }>('package-lock.json');
    const found = Object.entries(packages).filter(([path]) => path !== '');
    expect(found.length).toBeGreaterThan(100);
    return found;
  };

  /** As the package itself says, if it is installed: platforms other than this one are in the lockfile only. */
  async function licenceOf(path: string, { license }: LockedPackage): Promise<string | undefined> {
    const manifest = await parse<Manifest>(`${path}/package.json`).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const own = manifest?.license ?? manifest?.licenses?.map(({ type }) => type).join(' OR ');
    return (typeof own === 'object' ? own.type : own) ?? license;
  }

  it('that are part of the product may be used by anybody', async () => {
    const wrong: unknown[] = [];
    for (const [path, one] of await locked()) {
      if (one.dev === true) continue;
      const licence = await licenceOf(path, one);
      if (licence === undefined || !isAllowed(licence)) wrong.push({ path, licence });
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND BSD-3-Clause', true],
    ['MIT AND GPL-3.0', false],
    ['GPL-3.0', false],
    ['SEE LICENSE IN LICENSE', false],
    ['UNLICENSED', false],
  ])('the terms %s: %s', (expression, expected) => {
    expect(isAllowed(expression)).toBe(expected);
  });

  it('are pinned to what they contain, and name no place to come from', async () => {
    const wrong = (await locked()).filter(
      ([, { link, integrity, resolved }]) =>
        link === true || !/^sha512-[\w+/]{86}==$/.test(integrity ?? '') || resolved !== undefined,
    );
    expect(wrong).toEqual([]);
  });

  it('are installed as they are locked', async () => {
    const wrong: unknown[] = [];
    for (const [path, { version }] of await locked()) {
      const manifest = await parse<Manifest>(`${path}/package.json`).catch(() => undefined);
      if (manifest !== undefined && manifest.version !== version)
        wrong.push({ path, version, installed: manifest.version });
    }
    expect(wrong).toEqual([]);
  });

  it('run no script at their installation but those that were looked at', async () => {
    const { allowScripts } = await parse<{ allowScripts: Record<string, boolean> }>('package.json');
    const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const unknown = (await locked())
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => nameOf(path))
      .filter((name) => !(name in allowScripts) && name !== 'fsevents');
    expect(unknown).toEqual([]);
  });
});
