import type { Namespace } from 'socket.io';
import {
  createInventoryClient,
  type Gap,
  type InventoryClient,
  type InventoryClientOptions,
  type InventoryEvent,
  type Room,
  type SubscribeOptions,
  type Subscription,
} from '../../src/client/index.js';
import { RoomBroadcaster } from '../../src/realtime/gateway/room-broadcaster.js';
import { discardConnection } from '../../src/realtime/sending/send-buffer.js';
import type { TestApp } from './app.js';
import { waitFor } from './processes.js';
import { readLog } from './reading.js';

/** A client that doesn't wait long before it connects again. */
export function quickClient(url: string, options: Partial<InventoryClientOptions> = {}): InventoryClient {
  const socketOptions = { transports: ['websocket'], reconnectionDelay: 5, reconnectionDelayMax: 20 };
  return createInventoryClient({ url, socketOptions, ...options });
}

export interface Follower {
  subscription: Subscription;
  seen: InventoryEvent[];
  gaps: Gap[];
  statuses: string[];
}

/** A handler that keeps what it is told. */
export function follow(client: InventoryClient, room: Room, options?: SubscribeOptions): Follower {
  const [seen, gaps, statuses]: [InventoryEvent[], Gap[], string[]] = [[], [], []];
  const subscription = client.subscribe(
    room,
    {
      onEvent: (event) => void seen.push(event),
      onGap: (gap) => void gaps.push(gap),
      onStatus: (status) => void statuses.push(status),
    },
    options,
  );
  return { subscription, seen, gaps, statuses };
}

/** Breaks all connections without a goodbye; what is on its way is lost. */
export function breakConnections({ app }: TestApp): void {
  const { namespace } = app.get<RoomBroadcaster, { namespace: Namespace }>(RoomBroadcaster);
  for (const socket of namespace.sockets.values()) discardConnection(socket);
}

/** Events of the log after a position, oldest first. */
export async function logAfter(app: TestApp, position: number): Promise<InventoryEvent[]> {
  return (await readLog(app, `&after=${position}`)) as InventoryEvent[];
}

/** Waits until all that is in the log and concerns a follower has reached it, and checks that it is just that. */
export async function sameAsLog(
  app: TestApp,
  { seen }: Follower,
  after: number,
  concerned: (event: InventoryEvent) => boolean,
): Promise<InventoryEvent[]> {
  const expected = (await logAfter(app, after)).filter(concerned);
  await waitFor(() => (seen.at(-1)?.position ?? 0) >= (expected.at(-1)?.position ?? 0), { what: 'the last event' });
  return expected;
}
