import type { InventoryEvent, LogCursor, SubscriptionConfirmed } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';
import { readLog } from './reading.js';
import { delivered, type Listener, realtimeStats } from './rooms.js';

export const vendorRoom = (vendorId: string): object => ({ type: 'vendor', vendorId });
export const categoryRoom = (category: string): object => ({ type: 'category', category });

/** Asks for rooms in one breath. */
export function subscribe(
  { socket }: Listener,
  rooms: readonly object[],
  since?: LogCursor,
): Promise<SubscriptionConfirmed[]> {
  const answers = rooms.map((room) => socket.emitWithAck('subscribe_inventory', { ...room, ...(since && { since }) }));
  return Promise.all(answers) as Promise<SubscriptionConfirmed[]>;
}

/** Where the instance is once it has sent out all that is in the log. */
export async function cursorOf(app: TestApp): Promise<LogCursor> {
  await delivered(app);
  return (await realtimeStats(app)).cursor;
}

/** At most a thousand events. @param query such as `&category=spices` */
export function logAfter(app: TestApp, { position }: LogCursor, query = ''): Promise<InventoryEvent[]> {
  return readLog(app, `&after=${position}${query}`);
}

let price = 1_000;

/** One event of a product; no price comes twice. */
export async function changePrice(app: TestApp, id: string): Promise<void> {
  price += 1;
  const { status } = await app.request('PATCH', `/api/products/${id}`, { basePrice: price });
  if (status !== 200) throw new Error(`price of ${id} not changed: ${status}`);
}
