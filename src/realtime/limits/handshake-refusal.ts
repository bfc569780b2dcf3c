import type { ExceptionMessage } from '../protocol/messages.js';

/** What a namespace's middleware refuses a socket with: the client gets a `connect_error` with this `data`. */
export function handshakeRefusal(code: string, message: string): Error {
  const data: ExceptionMessage = { status: 'error', code, message };
  return Object.assign(new Error(message), { data });
}
