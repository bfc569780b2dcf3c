import type { InventoryEvent } from '../../src/contracts/index.js';
import { Child } from './children.js';

/** Events in a burst: a bulk of changes, as a vendor's morning list brings it. */
export const BURST = 50;

/** A server under measurement. */
export interface Subject {
  url: string;
  pid: number;
  dialect: 'socket.io' | 'ws';
  /** One change with this price; when it began, in `nowMs()`. */
  change(price: number): Promise<number>;
  /** `BURST` changes with this price at once. */
  burst(price: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param events what the product sends for a burst, so that all send the same bytes */
export async function startPlain(server: 'socket.io' | 'ws', events: readonly InventoryEvent[]): Promise<Subject> {
  const child = await Child.start('./plain.process.ts', { BENCH_SERVER: server });
  const port = await child.ask<number>({ kind: 'start' });
  const emit = (some: readonly InventoryEvent[], price: number) =>
    child.ask<number>({ kind: 'emit', events: some, price });
  return {
    url: `ws://127.0.0.1:${port}`,
    pid: child.pid,
    dialect: server,
    change: (price) => emit(events.slice(0, 1), price),
    burst: async (price) => void (await emit(events, price)),
    stop: () => child.stop(),
  };
}
