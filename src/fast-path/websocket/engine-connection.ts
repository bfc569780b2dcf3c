import type { Socket as RawSocket } from 'node:net';
import type { Namespace, Socket } from 'socket.io';

export interface EnginePacket {
  data?: unknown;
  /** What a broadcast writes instead of `data`: made once, shared by all who get it. */
  options?: { wsPreEncodedFrame?: readonly Uint8Array[] };
}

/**
 * The parts of Engine.IO's and ws' connections that are used, down to the TCP socket; with HTTP polling there is none.
 */
export interface EngineConnection {
  readyState: 'opening' | 'open' | 'closing' | 'closed';
  /** What has not been handed to the transport. */
  writeBuffer: readonly EnginePacket[];
  transport: EngineTransport;
  close(discard?: boolean): void;
  on(event: string, listener: (...args: never[]) => void): void;
}

export interface EngineTransport {
  name: string;
  perMessageDeflate?: unknown;
  /** Of `ws`. */
  socket?: {
    readyState: number;
    bufferedAmount?: number;
    _socket?: RawSocket | null;
    terminate?(): void;
    on?(event: string, listener: (...args: never[]) => void): void;
  };
  on(event: string, listener: (...args: never[]) => void): void;
}

export interface Engine {
  clients: Record<string, Socket['conn'] | undefined>;
  /** Called for each handshake, and for a WebSocket that is to take the place of HTTP polling. */
  createTransport?(name: string, request: { _query?: { sid?: string } }): EngineTransport;
}

export const connectionOf = (socket: Socket): EngineConnection => socket.conn as unknown as EngineConnection;

/**
 * Calls `listener` with each transport that is to take the place of another one, before its connection has it.
 *
 * @returns false if Engine.IO doesn't let that be seen any more; a connection's `upgrade` event comes later
 */
export function watchNewTransports(
  { server }: Namespace,
  listener: (connection: Socket['conn'], transport: EngineTransport) => void,
): boolean {
  const engine = server.engine as unknown as Engine;
  const create = engine.createTransport?.bind(engine);
  if (!create) return false;
  engine.createTransport = (name, request) => {
    const transport = create(name, request);
    const sid = request._query?.sid;
    const connection = sid === undefined ? undefined : engine.clients[sid];
    if (connection) listener(connection, transport);
    return transport;
  };
  return true;
}
