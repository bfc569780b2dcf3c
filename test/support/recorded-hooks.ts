import type { FastifyInstance } from 'fastify';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';

export interface RecordedHook {
  phase: string;
  /** Of the function. */
  name: string;
  /** The package that has added it; null: the product. */
  package: string | null;
}

type AddHook = (this: FastifyInstance, phase: string, hook: () => unknown) => FastifyInstance;

const PLACE = /(?:file:\/\/)?(\/\S+?):(\d+):\d+/;
/** Before each module in a bundle of packages, as build/test-packages.js makes them for tests. */
const MODULE = /^\/\/ node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/;

/** Every hook of the servers that `start` makes, as they are added. */
export async function hooksOf<T>(start: () => Promise<T>): Promise<{ started: T; hooks: RecordedHook[] }> {
  const hooks: RecordedHook[] = [];
  const listen = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    const { addHook } = fastify as unknown as { addHook: AddHook };
    const record: AddHook = function (phase, hook) {
      const [, file, line] = PLACE.exec(new Error().stack!.split('\n')[2]!)!;
      hooks.push({ phase, name: hook.name, package: packageAt(file!, Number(line)) });
      return addHook.call(this, phase, hook);
    };
    fastify.addHook = record as unknown as FastifyInstance['addHook'];
  };
  subscribe('fastify.initialization', listen);
  try {
    return { started: await start(), hooks };
  } finally {
    unsubscribe('fastify.initialization', listen);
  }
}

function packageAt(file: string, line: number): string | null {
  if (!file.includes('/node_modules/')) return null;
  const before = readFileSync(file, 'utf8').split('\n').slice(0, line);
  const modules = before.flatMap((text) => MODULE.exec(text)?.[1] ?? []);
  return modules.at(-1)!;
}
