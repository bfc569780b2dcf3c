import { totalmem } from 'node:os';
import type { ServerSettings } from './server.js';

const MIB = 1024 ** 2;
const LEAST_BUFFERS = 128;
const MOST_BUFFERS = 1024;

/** For a machine that runs more than PostgreSQL; fsync and synchronous_commit stay on, as they are by default. */
export function serverSettings(): ServerSettings {
  // Without a limit, Node answers with more than there is, with 0 or with nothing.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return {
    max_connections: '60',
    shared_buffers: `${sharedBuffers(memory)}MB`,
    min_wal_size: '512MB',
    jit: 'off',
  };
}

/**
 * MiB of PostgreSQL's own cache, which it takes as it fills: an eighth of the memory, within bounds. A million products
 * with their indexes are about 1 GiB.
 *
 * @param memory bytes that the machine, or the container, has
 */
export function sharedBuffers(memory: number): number {
  return Math.min(MOST_BUFFERS, Math.max(LEAST_BUFFERS, Math.floor(memory / 8 / MIB)));
}
