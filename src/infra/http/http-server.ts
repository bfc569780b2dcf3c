import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { correlation } from '../correlation/correlation.js';
import { answerClientError } from './client-errors.js';
import { refuseMalformedQuery } from './malformed-query.js';
import { problemBody, problemParts } from './problem.js';

/** Bytes of a JSON body: 1,000 inventory items with names in a dozen languages fit. */
const BODY_LIMIT = 4 * 1024 * 1024;

export function createHttpAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    clientErrorHandler: answerClientError,
    bodyLimit: BODY_LIMIT,
    // While closing, requests on open connections are still answered, and idle connections don't hold up the end.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
    genReqId: (request: IncomingMessage) => correlation.accept(request.headers['x-correlation-id']),
    // Errors before routing, such as a malformed URL, reach no Nest filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const parts = problemParts(error);
      void reply
        .status(parts.status)
        .header('content-type', 'application/problem+json; charset=utf-8')
        .header('x-correlation-id', request.id)
        .send(JSON.stringify(problemBody(parts, request.id)));
    },
  });
  // Not as early as onRequest: the answer must have its correlation id.
  adapter.getInstance().addHook('preValidation', refuseMalformedQuery);
  return adapter;
}
