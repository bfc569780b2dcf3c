import type { FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify';
import type { Logger } from 'pino';
import type { Histogram } from 'prom-client';
import type { Metrics, Tracing } from '../infra/index.js';

export interface AnsweredRequest {
  /** Correlation id. */
  id: string;
  method: string;
  /** The route's pattern, so that there are few of them. */
  route: string;
  path: string;
  status: number;
  ms: number;
  /** `X-Cache` of the answer. */
  cache?: string | undefined;
}

/** One log line a request (reads only at `debug`), and the request histogram. */
export class RequestLog {
  private readonly duration: Histogram<'method' | 'route' | 'status'>;

  constructor(
    private readonly logger: Logger,
    metrics: Metrics,
    private readonly tracing: Tracing,
  ) {
    const labels = ['method', 'route', 'status'] as const;
    this.duration = metrics.histogram('http_request_duration_seconds', 'Time to answer HTTP requests.', labels);
  }

  /** Whether `cache` is of use. */
  get traces(): boolean {
    return this.tracing.on;
  }

  answered({ id, method, route, path, status, ms, cache }: AnsweredRequest): void {
    this.duration.observe({ method, route, status }, ms / 1000);
    if (this.tracing.on) {
      const attributes = {
        'http.request.method': method,
        'http.route': route,
        'url.path': path.split('?', 1)[0]!,
        'http.response.status_code': status,
        'inventory.correlation_id': id,
        'inventory.cache': cache,
      };
      this.tracing.request(`${method} ${route}`, id, ms, attributes, status >= 500);
    }
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
  return ({ id, method, url: path, routeOptions }, reply, done) => {
    const { statusCode: status, elapsedTime: ms } = reply;
    const cache = log.traces ? reply.getHeader('x-cache')?.toString() : undefined;
    log.answered({ id, method, route: routeOptions.url ?? 'unknown', path, status, ms, cache });
    done();
  };
}
