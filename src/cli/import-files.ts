import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { CliError } from './run-cli.js';

/** In place of a file's name. */
export const STANDARD_INPUT = '-';

/** What price files are called. Files of any other name are sent if they are named themselves. */
const PRICE_FILES = '**/*.{csv,tsv,txt,json}';

const byName = new Intl.Collator('en', { numeric: true });

/**
 * The files that arguments name, each once, those of one argument by name, digits as numbers. A directory stands for
 * all price files in it and below it but hidden ones, a pattern such as `2023/**` for what it matches; what exists
 * under the very name of a pattern is no pattern.
 *
 * @throws CliError for an argument that names no file
 */
export async function filesOf(args: readonly string[]): Promise<string[]> {
  const files = new Map<string, string>();
  for (const arg of args) {
    for (const file of await filesOfOne(arg)) {
      const path = file === STANDARD_INPUT ? file : resolve(file);
      if (!files.has(path)) files.set(path, file);
    }
  }
  return [...files.values()];
}

async function filesOfOne(arg: string): Promise<string[]> {
  if (arg === STANDARD_INPUT) return [arg];
  const kind = await kindOf(arg);
  if (kind === 'file') return [arg];
  if (kind === 'directory') {
    const files = await glob(PRICE_FILES, { cwd: arg, absolute: true, caseSensitiveMatch: false });
    if (files.length === 0) throw new CliError(`No price files (.csv, .tsv, .txt, .json) in ${arg}`);
    return files.map(shown).sort(byName.compare);
  }
  if (!isDynamicPattern(arg)) throw new CliError(`Cannot read ${arg}: file not found`);
  const files = await glob(arg, { absolute: true, expandDirectories: false });
  if (files.length === 0) throw new CliError(`No file matches ${arg}`);
  return files.map(shown).sort(byName.compare);
}

async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError(`Cannot read ${path}: ${message}`);
  }
}

/** From here, if it is below this directory. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
