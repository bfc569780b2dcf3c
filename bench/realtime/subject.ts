import type { InventoryEvent } from '../../src/contracts/index.js';
import { Child } from '../support/children.js';

/** Events in a burst: a bulk of changes, as a vendor's morning list brings it. */
export const BURST = 50;

/** A server under measurement. */
export interface Subject {
  url: string;
  pid: number;
  dialect: 'socket.io' | 'ws';
  /** One change with this price. */
  change(price: number): Promise<void>;
  /** When each change since the last call was committed or emitted, in `nowMs()`, and how that is known. */
  times(): Promise<{ times: number[]; of: string }>;
  /** `BURST` changes with this price at once. */
  burst(price: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param events what the product sends for a burst, so that all send the same bytes */
export async function startPlain(server: 'socket.io' | 'ws', events: readonly InventoryEvent[]): Promise<Subject> {
  const child = await Child.start(new URL('./plain.process.ts', import.meta.url), { BENCH_SERVER: server });
  const port = await child.ask<number>({ kind: 'start' });
  const emit = (some: readonly InventoryEvent[], price: number) =>
    child.ask<number>({ kind: 'emit', events: some, price });
  const emitted: number[] = [];
  return {
    url: `ws://127.0.0.1:${port}`,
    pid: child.pid,
    dialect: server,
    change: async (price) => void emitted.push(await emit(events.slice(0, 1), price)),
    times: () => Promise.resolve({ times: emitted.splice(0), of: 'emit' }),
    burst: async (price) => void (await emit(events, price)),
    stop: () => child.stop(),
  };
}
