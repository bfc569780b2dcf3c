import type { Socket } from 'socket.io';

/** The parts of Engine.IO's and ws' connections that tell what has not been sent yet. */
interface Connection {
  writeBuffer: readonly { data?: unknown }[];
  transport: { name: string; socket?: { bufferedAmount?: number } };
  close(discard?: boolean): void;
}

/** Bytes of a packet beside its data. */
const OVERHEAD = 64;

const connectionOf = (socket: Socket): Connection => socket.conn as unknown as Connection;

/** Bytes that wait in this process for a client to read. */
export function bufferedBytes(socket: Socket): number {
  const { writeBuffer, transport } = connectionOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) {
    bytes += OVERHEAD + (typeof data === 'string' || data instanceof Uint8Array ? data.length : 0);
  }
  return bytes;
}

/** Closes without waiting for what a client doesn't read. */
export function discardConnection(socket: Socket): void {
  connectionOf(socket).close(true);
}
