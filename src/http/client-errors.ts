import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { correlation } from '../infra/index.js';
import { problemBody, problemParts } from './problem.js';

/** Statuses by the code of Node's HTTP parser; any other is a request it couldn't make sense of. */
const STATUSES: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Milliseconds. */
const READ_WITHIN = 1_000;

interface ClientError extends NodeJS.ErrnoException {
  /** The buffer that Node's parser was given last. */
  rawPacket?: unknown;
}

/** Answers what isn't even an HTTP request, such as one with 20 KB of headers: there is no reply to use yet. */
export function answerClientError(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return endSoon(socket);
  const status = STATUSES[error.code ?? ''] ?? 400;
  const id = correlation.accept(undefined);
  const message = status === 400 ? 'The request is not valid HTTP' : STATUS_CODES[status]!;
  const body = JSON.stringify(problemBody(problemParts(Object.assign(new Error(message), { statusCode: status })), id));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-correlation-id: ${id}`,
      'connection: close',
      '',
      // The client of a HEAD request would take a body for the next answer.
      isHead(error.rawPacket) ? '' : body,
    ].join('\r\n'),
  );
  endSoon(socket);
}

/**
 * Frees a connection whose client doesn't end it, once there was time for the answer to be read. Not at once: while the
 * client is sending still, that would make its system throw the answer away.
 */
function endSoon(socket: Socket): void {
  if (!socket.destroyed) setTimeout(() => socket.destroy(), READ_WITHIN).unref();
}

const isHead = (packet: unknown): boolean => Buffer.isBuffer(packet) && packet.toString('latin1', 0, 5) === 'HEAD ';
