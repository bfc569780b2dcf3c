import type { Socket } from 'socket.io';

interface Packet {
  data?: unknown;
  /** What a broadcast writes instead of `data`: made once, shared by all who get it. */
  options?: { wsPreEncodedFrame?: readonly Uint8Array[] };
}

/** The parts of Engine.IO's and ws' connections that tell what has not been sent yet. */
interface Connection {
  writeBuffer: readonly Packet[];
  transport: { name: string; socket?: { bufferedAmount?: number; terminate?(): void } };
  close(discard?: boolean): void;
}

/** Bytes of a packet beside its data. */
const OVERHEAD = 64;

const connectionOf = (socket: Socket): Connection => socket.conn as unknown as Connection;

/** Bytes that wait in this process for a client to read. */
export function bufferedBytes(socket: Socket): number {
  const { writeBuffer, transport } = connectionOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const packet of writeBuffer) bytes += OVERHEAD + bytesOf(packet);
  return bytes;
}

function bytesOf({ data, options }: Packet): number {
  const frame = options?.wsPreEncodedFrame;
  if (frame) return frame.reduce((sum, part) => sum + part.length, 0);
  return typeof data === 'string' || data instanceof Uint8Array ? Buffer.byteLength(data) : 0;
}

/** Closes without waiting for what a client doesn't read, and frees what has been buffered for it. */
export function discardConnection(socket: Socket): void {
  const connection = connectionOf(socket);
  const { transport } = connection;
  connection.close(true);
  // A WebSocket that is closed waits half a minute for the other side to say goodbye, with all its buffers.
  transport.socket?.terminate?.();
}
