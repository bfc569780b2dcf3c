import fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { serve } from '../support/children.js';

/** A bare Fastify that sends stored strings: the least a cached page costs in this language. */
const server = fastify();
let pages: readonly string[] = [];

server.get<{ Params: { page: string } }>('/pages/:page', (request, reply) => {
  void reply.header('content-type', 'application/json; charset=utf-8').send(pages[Number(request.params.page)]);
});
const listening = server.listen({ port: 0, host: '127.0.0.1' });

serve<{ pages: readonly string[] }>(async (request) => {
  ({ pages } = request);
  await listening;
  return (server.server.address() as AddressInfo).port;
});
