import type { FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify';
import type { Logger } from 'pino';
import type { Histogram } from 'prom-client';
import type { Metrics } from '../infra/index.js';

export interface AnsweredRequest {
  /** Correlation id. */
  id: string;
  method: string;
  /** The route's pattern, so that there are few of them. */
  route: string;
  path: string;
  status: number;
  ms: number;
}

/** One log line a request (reads only at `debug`), and the request histogram. */
export class RequestLog {
  private readonly duration: Histogram<'method' | 'route' | 'status'>;

  constructor(
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    const labels = ['method', 'route', 'status'] as const;
    this.duration = metrics.histogram('http_request_duration_seconds', 'Time to answer HTTP requests.', labels);
  }

  answered({ id, method, route, path, status, ms }: AnsweredRequest): void {
    this.duration.observe({ method, route, status }, ms / 1000);
    const level = method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
    if (!this.logger.isLevelEnabled(level)) return;
    this.logger[level]({ correlationId: id, method, path, status, ms: Math.round(ms) }, 'request');
  }
}

export function sendCorrelationId(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('x-correlation-id', request.id);
  done();
}

export function logAnswers(log: RequestLog): onResponseHookHandler {
  return ({ id, method, url: path, routeOptions }, { statusCode: status, elapsedTime: ms }, done) => {
    log.answered({ id, method, route: routeOptions.url ?? 'unknown', path, status, ms });
    done();
  };
}
