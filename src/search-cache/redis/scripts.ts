import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const NAMES = ['read', 'fill', 'invalidate', 'clear', 'watch', 'lease', 'stats'] as const;
type ScriptName = (typeof NAMES)[number];

type Argument = string | number | Buffer;
type Command = (numberOfKeys: number, ...keysAndArguments: Argument[]) => Promise<unknown>;

/**
 * The scripts as commands of one connection: each answers with buffers, and is sent by its hash once Redis knows it.
 */
export type Scripts = Record<ScriptName, (keys: readonly string[], args?: readonly Argument[]) => Promise<unknown>>;

export function addScripts(redis: Redis): Scripts {
  return Object.fromEntries(
    NAMES.map((name) => {
      redis.defineCommand(`search_${name}`, { lua: readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8') });
      const command = (redis as unknown as Record<string, Command>)[`search_${name}Buffer`]!.bind(redis);
      return [
        name,
        (keys: readonly string[], args: readonly Argument[] = []) => command(keys.length, ...keys, ...args),
      ];
    }),
  ) as Scripts;
}
