import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Draining } from '../infra/index.js';

/** On the way out every answer ends its connection, so that the client's next request goes to another instance. */
export function endConnectionsWhile(draining: Draining) {
  const endConnection = (reply: FastifyReply): void => {
    if (draining.active) void reply.header('connection', 'close');
  };
  return {
    /** For answers that a route hands to others to make, which no `onSend` sees. */
    onRequest: (_request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      endConnection(reply);
      done();
    },
    /** For those that were under way when it began. */
    onSend: (_request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: () => void): void => {
      endConnection(reply);
      done();
    },
  };
}
