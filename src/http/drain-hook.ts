import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Draining } from '../infra/index.js';

/**
 * On the way out every answer ends its connection, so that the client's next request goes to another instance. Also the
 * answers that a route hands to others to make, which no `onSend` sees.
 */
export function addDraining(server: FastifyInstance, draining: Draining): void {
  const endConnection = (reply: FastifyReply): void => {
    if (draining.active) void reply.header('connection', 'close');
  };
  server.addHook('onRequest', (_request, reply, done) => {
    endConnection(reply);
    done();
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    endConnection(reply);
    done();
  });
}
