import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { correlation } from '../correlation/correlation.js';
import type { Metrics } from '../metrics/metrics.js';

/** Correlation ids, one log line a request (reads only at `debug`), and the request histogram. */
export function addRequestLog(server: FastifyInstance, logger: Logger, metrics: Metrics): void {
  const duration = metrics.histogram('http_request_duration_seconds', 'Time to answer HTTP requests.', [
    'method',
    'route',
    'status',
  ]);
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-correlation-id', request.id);
    done();
  });
  // After the body has been read: its stream's callbacks would lose the asynchronous context.
  server.addHook('preHandler', (request, _reply, done) => correlation.run(request.id, done));
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    duration.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    const level = method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
    logger[level](
      {
        correlationId: request.id,
        method,
        path: request.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}
