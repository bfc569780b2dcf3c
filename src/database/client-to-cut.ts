import { Socket } from 'node:net';
import type pg from 'pg';
import type { ConnectionSetUp } from './database-url.js';

export interface ClientToCut {
  /** Not connected yet. */
  client: pg.Client;
  /**
   * Ends the connection at once, without a goodbye, also while it is being made. What waits for it to be made, or for
   * answers on it, rejects; with `reason`, if there is one. The client emits `end`.
   */
  cut: (reason?: Error) => void;
}

/** A client for a server that may never answer. The driver's `end` waits for answers, so the client has our socket. */
export function clientToCut(config: ConnectionSetUp['config']): ClientToCut {
  const socket = new Socket();
  // Until the client connects it, nothing else listens, and an error would end the process.
  socket.on('error', () => undefined);
  const client = new config.Client({ ...config, stream: () => socket });
  return { client, cut: (reason) => void socket.destroy(reason) };
}
