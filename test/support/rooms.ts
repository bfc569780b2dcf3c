import type { Socket } from 'socket.io-client';
import type { InventoryEvent } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';
import { waitFor } from './processes.js';

export interface Listener {
  socket: Socket;
  /** Notifications in the order of their arrival. */
  seen: InventoryEvent[];
}

export const GENERAL = { type: 'general' };

/** A connected socket that is in these rooms and keeps what it gets. */
export async function listen(app: TestApp, ...rooms: object[]): Promise<Listener> {
  return listenOn(await app.connect(), ...rooms);
}

export async function listenOn(socket: Socket, ...rooms: object[]): Promise<Listener> {
  const seen: InventoryEvent[] = [];
  socket.on('inventory_notification', (event: InventoryEvent) => seen.push(event));
  for (const room of rooms) {
    const answer: unknown = await socket.emitWithAck('subscribe_inventory', room);
    if (typeof (answer as { room?: unknown }).room !== 'string') throw new Error(JSON.stringify(answer));
  }
  return { socket, seen };
}

export interface RealtimeStats {
  connections: number;
  subscriptions: { vendor: number; category: number; general: number; total: number };
  cursor: { epoch: string; position: number };
}

export async function realtimeStats(app: TestApp): Promise<RealtimeStats> {
  return (await app.request<RealtimeStats>('GET', '/api/realtime/stats')).body;
}

/** Waits until the instance has sent out all that is in the log. */
export async function delivered(app: TestApp): Promise<number> {
  const { body } = await app.request<{ lastPosition: number }>('GET', '/api/events?limit=1');
  await waitFor(async () => (await realtimeStats(app)).cursor.position >= body.lastPosition, {
    what: `position ${body.lastPosition}`,
  });
  return body.lastPosition;
}

/**
 * Waits until the socket has got all that was sent to it before: the answer to a request comes after it on the same
 * connection. So a test can say that something did not come without waiting for a time.
 */
export async function caughtUp(app: TestApp, { socket }: Listener): Promise<void> {
  await delivered(app);
  await socket.emitWithAck('unsubscribe_inventory', { type: 'vendor', vendorId: 'nobody' });
}
