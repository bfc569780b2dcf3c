import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession } from '../sessions/client-session.js';
import { bufferedBytes } from './send-buffer.js';

/** Milliseconds between polls of a client that doesn't read. */
const POLL_EVERY = 20;

/**
 * Resolves once there is room for what the client asks for, or when it is gone. One that asks again and again for
 * what it missed, and reads nothing of it, would otherwise fill the memory with copies.
 */
export async function untilItReads(session: ClientSession, bound: number): Promise<void> {
  while (session.connected && (session.suspended || bufferedBytes(session.socket) > bound)) await sleep(POLL_EVERY);
}
