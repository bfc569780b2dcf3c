import type { Namespace } from 'socket.io';
import type { EngineConnection } from './engine-connection.js';

/**
 * Hands everything that waits for a client to the system in one call. Engine.IO writes frame by frame, and a call
 * costs more than everything else about a delivery: a bulk of 100 changes to 1,000 clients is 2,000 calls instead of
 * 100,000. A message that is alone is written as ever.
 */
export function writeInOneGo(namespace: Namespace): void {
  const { engine } = namespace.server;
  engine.on('flush', (connection: EngineConnection, packets: readonly unknown[]) => {
    if (packets.length > 1) connection.transport.socket?._socket?.cork();
  });
  // Engine.IO's name for the end of a flush.
  engine.on('drain', (connection: EngineConnection) => {
    const raw = connection.transport.socket?._socket;
    if (raw && raw.writableCorked > 0) raw.uncork();
  });
}
