import type { FastifyInstance } from 'fastify';
import type { Draining } from '../infra/index.js';

/** On the way out every answer ends its connection, so that the client's next request goes to another instance. */
export function addDraining(server: FastifyInstance, draining: Draining): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining.active) void reply.header('connection', 'close');
    done();
  });
}
