import { existsSync, readFileSync } from 'node:fs';

export const COMMANDS = 'dist/commands';

/** @returns {string[]} the commands that scripts of package.json run, by the names of their files in src/cli */
export function commandNames() {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const names = Object.values(scripts).map((script) => /^node dist\/commands\/([\w-]+)\.js$/.exec(script)?.[1]);
  return names.filter((name) => name !== undefined && existsSync(`src/cli/${name}.ts`)).sort();
}
