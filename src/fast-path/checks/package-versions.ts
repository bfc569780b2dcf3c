import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Exact versions by package. */
export type Pins = Readonly<Record<string, string>>;

/** What the parts were written for; package.json pins the same. A new version is for a person to look at first. */
export const PINS = {
  frames: { 'engine.io': '6.6.12', ws: '8.21.3' },
  messages: { '@nestjs/platform-socket.io': '12.1.1', '@nestjs/websockets': '12.1.1' },
} satisfies Record<string, Pins>;

/**
 * @param versionOf undefined: there is no such package to be found, as beside a bundle that has it inside, in the
 *   version that it was built with
 */
export function changedVersions(pins: Pins, versionOf: (name: string) => string | undefined = installed): string[] {
  return Object.entries(pins).flatMap(([name, pinned]) => {
    const version = versionOf(name);
    return version === undefined || version === pinned ? [] : [`${name} ${version} instead of ${pinned}`];
  });
}

/** From the files, since most packages don't export theirs. */
export function installed(name: string): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
    if (folder === dirname(folder)) return undefined;
  }
}
