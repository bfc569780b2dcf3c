import type { Socket as RawSocket } from 'node:net';
import type { Socket } from 'socket.io';

export interface EnginePacket {
  data?: unknown;
  /** What a broadcast writes instead of `data`: made once, shared by all who get it. */
  options?: { wsPreEncodedFrame?: readonly Uint8Array[] };
}

/**
 * The parts of Engine.IO's and ws' connections that are used here, down to the TCP socket; with HTTP polling there is
 * none.
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

export const connectionOf = (socket: Socket): EngineConnection => socket.conn as unknown as EngineConnection;
