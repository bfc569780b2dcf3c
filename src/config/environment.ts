import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.js';
import { type Environment } from './variables.js';

/**
 * The variables of the file `.env` in a directory; none without one.
 *
 * @throws ConfigError if it can't be read, or has a line that says nothing
 */
export function dotEnv(directory: string = process.cwd()): Environment {
  const path = join(directory, '.env');
  let text: string;
  try {
    // An editor may have begun it with a byte order mark, which would be of the first name.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder of this name is a virtual environment of Python.
    if (code === 'ENOENT' || code === 'EISDIR') return {};
    throw new ConfigError(`${path} can't be read (${code})`);
  }
  checkLines(path, text);
  return parseEnv(text);
}

/** Which may have lines of its own between its quotes. */
const QUOTED = /=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)/g;
const LINE = /^\s*(?:#[^]*|(?:export\s+)?[\w.-]+\s*=[^]*)?$/;

/** Node.js passes over what it can't read: a setting without its `=` would go unnoticed. */
function checkLines(path: string, text: string): void {
  const lines = text
    .replaceAll(QUOTED, (value) => `=${value.replaceAll(/[^\n]/g, '')}`.replaceAll('\n', '\n#'))
    .split('\n');
  const at = lines.findIndex((line) => !LINE.test(line));
  // It may hold a secret, so the message doesn't repeat it.
  if (at >= 0) throw new ConfigError(`Line ${at + 1} of ${path} is neither NAME=value nor a comment`);
}

/** Beginnings of names that are ours, or are taken for ours by people who look for a setting. */
const OURS = /^(?:REDIS|JWT|JWKS|DATABASE|INVENTORY|RATE|ITEM|REPLAY|CORS|CONSUMER|MARKET|SEND_BUFFER|MAX_C|LISTEN)_/;
/** What Kubernetes and the links of Docker say of a service that is called so. */
const OF_ORCHESTRATORS = /_SERVICE_(?:HOST|PORT)|_PORT_\d+_/;

/**
 * One line for each variable that looks like a setting and is none: a setting that is misspelled would go unnoticed.
 *
 * @param known all names of settings
 */
export function unknownVariables(names: Iterable<string>, known: ReadonlySet<string>): string[] {
  const warnings: string[] = [];
  for (const name of names) {
    const plain = name.replace(/_FILE$/, '');
    if (known.has(name) || known.has(plain) || OF_ORCHESTRATORS.test(name)) continue;
    const meant = closest(plain, known);
    if (meant === undefined && !OURS.test(name)) continue;
    warnings.push(`${name} is no setting${meant === undefined ? '' : `: ${meant} may be meant`}`);
  }
  return warnings;
}

/** Letters by which a name may differ from the one that is meant; short ones are another word then. */
const MOST_EDITS = 2;
const SHORTEST = 6;

function closest(name: string, known: ReadonlySet<string>): string | undefined {
  if (name.length < SHORTEST) return undefined;
  return [...known].filter((other) => other.length >= SHORTEST).find((other) => distance(name, other) <= MOST_EDITS);
}

/** Levenshtein's. */
function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_value, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const change = before[column - 1]! + (one[row - 1] === other[column - 1] ? 0 : 1);
      now.push(Math.min(before[column]! + 1, now[column - 1]! + 1, change));
    }
    before = now;
  }
  return before[other.length]!;
}
