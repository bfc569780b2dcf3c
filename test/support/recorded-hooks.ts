import type { FastifyInstance } from 'fastify';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

export interface RecordedHook {
  phase: string;
  /** Of the function. */
  name: string;
  /** The package that has added it; null: the product. */
  package: string | null;
}

type AddHook = (this: FastifyInstance, phase: string, hook: () => unknown) => FastifyInstance;

const FILE = /((?:\/|file:)\S+?):\d+:\d+/;
const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** Every hook of the servers that `start` makes, as they are added. */
export async function hooksOf<T>(start: () => Promise<T>): Promise<{ started: T; hooks: RecordedHook[] }> {
  const hooks: RecordedHook[] = [];
  const listen = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    const { addHook } = fastify as unknown as { addHook: AddHook };
    const record: AddHook = function (phase, hook) {
      const caller = FILE.exec(new Error().stack!.split('\n')[2]!)![1]!;
      hooks.push({ phase, name: hook.name, package: PACKAGE.exec(caller)?.[1] ?? null });
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
