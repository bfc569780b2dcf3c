import type { Socket } from 'socket.io';
import { connectionOf, type EngineConnection, type EnginePacket } from '../../fast-path/index.js';

/** Bytes of a packet beside its data. */
const OVERHEAD = 64;

/** Bytes that wait in this process for a client to read. */
export function bufferedBytes(socket: Socket): number {
  const { writeBuffer, transport } = connectionOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const packet of writeBuffer) bytes += OVERHEAD + bytesOf(packet);
  return bytes;
}

/** Of what is handed to Engine.IO. */
export function bytesOf({ data, options }: EnginePacket): number {
  const frame = options?.wsPreEncodedFrame;
  if (frame) return frame.reduce((sum, part) => sum + part.length, 0);
  return typeof data === 'string' || data instanceof Uint8Array ? Buffer.byteLength(data) : 0;
}

/** Closes without waiting for what a client doesn't read, and frees what has been buffered for it. */
export function discardConnection(socket: Socket): void {
  discard(connectionOf(socket));
}

export function discard(connection: EngineConnection): void {
  const { transport } = connection;
  connection.close(true);
  // A WebSocket that is closed waits half a minute for the other side to say goodbye, with all its buffers.
  transport.socket?.terminate?.();
}
