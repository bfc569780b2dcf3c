import type { Socket as RawSocket } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import type { InventoryEvent, LogCursor, SubscriptionConfirmed } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';
import { waitFor } from './processes.js';

/** Ways to lose a connection: the protocol's close, the TCP socket gone, and a proper goodbye. */
const BREAKS: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.io.engine.close(),
  (socket) => rawSocketOf(socket)?.destroy(),
  (socket) => socket.disconnect(),
];

/** The TCP socket under a WebSocket client; `undefined` while it connects. */
export function rawSocketOf(socket: Socket): RawSocket | undefined {
  const { transport } = socket.io.engine as unknown as { transport: { ws?: { _socket?: RawSocket } } };
  return transport.ws?._socket;
}

/** What a client program does with the stock library: it keeps its last position, and comes back with it. */
export class ReturningClient {
  /** Notifications of all its connections, in the order of their arrival. */
  readonly seen: InventoryEvent[] = [];
  /** Position of its first confirmation: what it has to see begins behind it. */
  start: number | undefined;
  /** Confirmations after the first that said it has to refetch. */
  readonly refused: SubscriptionConfirmed[] = [];
  private cursor: LogCursor | undefined;
  private socket: Socket | undefined;
  private confirmed = 0;
  private returning = false;

  constructor(readonly rooms: readonly object[]) {}

  get settled(): boolean {
    return this.confirmed === this.rooms.length;
  }

  connect({ url }: TestApp): void {
    const socket = io(`${url}/inventory`, { transports: ['websocket'], forceNew: true, reconnection: false });
    this.socket = socket;
    this.confirmed = 0;
    socket.on('connect', () => {
      const since = this.cursor;
      for (const room of this.rooms) socket.emit('subscribe_inventory', { ...room, ...(since && { since }) });
    });
    socket.on('inventory_notification', (event: InventoryEvent) => {
      this.seen.push(event);
      this.cursor = { epoch: event.epoch, position: event.position };
    });
    socket.on('inventory_subscription_confirmed', (confirmed: SubscriptionConfirmed) => {
      if (this.start === undefined) this.start = confirmed.position;
      else if (!confirmed.recovered && this.returning) this.refused.push(confirmed);
      this.confirmed += 1;
      const { epoch, position } = confirmed;
      if (position > (this.cursor?.position ?? -1)) this.cursor = { epoch, position };
    });
  }

  /** @param how any number; it picks the way */
  disconnect(how: number): void {
    this.returning = this.cursor !== undefined;
    const socket = this.socket!;
    BREAKS[how % BREAKS.length]!(socket);
    // Nothing that arrives from now on was received.
    socket.off();
    socket.disconnect();
  }

  untilSettled(): Promise<unknown> {
    return waitFor(() => this.settled, { what: 'the confirmations' });
  }
}
