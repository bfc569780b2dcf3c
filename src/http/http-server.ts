import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { correlation } from '../infra/index.js';
import { answerClientError } from './client-errors.js';
import { problemBody, problemParts } from './problem.js';
import { UpgradableRequest } from './upgrades.js';

/** Bytes of a JSON body: 1,000 inventory items with names in a dozen languages fit. */
export const BODY_LIMIT = 4 * 1024 * 1024;

/** Milliseconds. */
export const TIME_LIMITS = {
  /** For the headers of a request, and for the first one of a connection to begin. */
  headersWithin: 10_000,
  bodyWithin: 20_000,
  uploadSilence: 30_000,
  /** Between two sweeps for headers that are late. */
  checkEvery: 2_000,
  /** For the next request on an open connection: longer than the minute that load balancers keep theirs. */
  keepAlive: 65_000,
};

export type HttpTimeLimits = typeof TIME_LIMITS;

interface HttpOptions {
  timeLimits: Omit<HttpTimeLimits, 'bodyWithin' | 'uploadSilence'>;
  /** Addresses and ranges of proxies whose `X-Forwarded-For` counts. */
  trustProxy?: string[];
}

export function createHttpAdapter({ timeLimits, trustProxy }: HttpOptions): FastifyAdapter {
  const { headersWithin, checkEvery, keepAlive } = timeLimits;
  const adapter = new FastifyAdapter({
    clientErrorHandler: answerClientError,
    bodyLimit: BODY_LIMIT,
    ...(trustProxy && trustProxy.length > 0 && { trustProxy }),
    // Node's own limit for whole requests stays off: it would cut long uploads.
    http: {
      headersTimeout: headersWithin,
      connectionsCheckingInterval: checkEvery,
      IncomingMessage: UpgradableRequest,
    },
    keepAliveTimeout: keepAlive,
    // While closing, requests on open connections are still answered, and idle connections don't hold up the end.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
    genReqId: (request: IncomingMessage) => correlation.of(request),
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
  // Node would drop what comes after a thousand headers in silence, be it a token or an If-Match; 16 KB bound them
  // anyway.
  adapter.getInstance().server.maxHeadersCount = 0;
  return adapter;
}
