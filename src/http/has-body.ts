import type { FastifyRequest } from 'fastify';

/** Whether a request has a body, or may: one in chunks may turn out to be empty. */
export function hasBody({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}
