import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';

const NAMES = [
  ...(['read', 'fill', 'invalidate', 'clear', 'watch', 'lease', 'stats'] as const),
  ...(['settle-wal', 'state', 'usage', 'evict'] as const),
] as const;
type ScriptName = (typeof NAMES)[number];

type Argument = string | number | Buffer;
type Command = (numberOfKeys: number, ...keysAndArguments: Argument[]) => Promise<unknown>;

/**
 * The scripts as commands of one connection: each answers with buffers, and is sent by its hash once Redis knows it.
 */
export type Scripts = Record<ScriptName, (keys: readonly string[], args?: readonly Argument[]) => Promise<unknown>>;

const added = new WeakMap<Redis | Cluster, Scripts>();

const fileOf = (name: string): string => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');

/**
 * Lines of the scripts that begin with `--cluster` count in a cluster only: one Redis does nothing for it. `--include`
 * stands for the lines of another file.
 */
export function addScripts(redis: Redis | Cluster): Scripts {
  const known = added.get(redis);
  if (known) return known;
  const scripts = Object.fromEntries(
    NAMES.map((name) => {
      const text = fileOf(name).replace(/^--include (\S+)$/gm, (_line, included: string) => fileOf(included));
      const lua = redis.isCluster ? text.replace(/^( *)--cluster /gm, '$1') : text;
      redis.defineCommand(`search_${name}`, { lua });
      const command = (redis as unknown as Record<string, Command>)[`search_${name}Buffer`]!.bind(redis);
      return [
        name,
        (keys: readonly string[], args: readonly Argument[] = []) => command(keys.length, ...keys, ...args),
      ];
    }),
  ) as Scripts;
  added.set(redis, scripts);
  return scripts;
}
