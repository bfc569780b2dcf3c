import type { FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify';
import type { Logger } from 'pino';
import { type Durations, type DurationTally, matchedRoute, type Metrics, type Tracing } from '../infra/index.js';

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
  private readonly durations: Durations;
  /** By route, method and status. */
  private readonly tallies = new Map<string, Map<string, Map<number, DurationTally>>>();

  constructor(
    private readonly logger: Logger,
    metrics: Metrics,
    private readonly tracing: Tracing,
  ) {
    this.durations = metrics.durations('http_request_duration_seconds', 'Time to answer HTTP requests.');
  }

  /** Whether `cache` is of use. */
  get traces(): boolean {
    return this.tracing.on;
  }

  answered({ id, method, route, path, status, ms, cache }: AnsweredRequest): void {
    this.tallyOf(method, route, status).observe(ms / 1_000);
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

  private tallyOf(method: string, route: string, status: number): DurationTally {
    const known = this.tallies.get(route)?.get(method)?.get(status);
    if (known) return known;
    const ofRoute = this.tallies.get(route) ?? new Map<string, Map<number, DurationTally>>();
    this.tallies.set(route, ofRoute);
    const ofMethod = ofRoute.get(method) ?? new Map<number, DurationTally>();
    ofRoute.set(method, ofMethod);
    const tally = this.durations.tally({ method, route, status });
    ofMethod.set(status, tally);
    return tally;
  }
}

export function sendCorrelationId(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('x-correlation-id', request.id);
  done();
}

export function logAnswers(log: RequestLog): onResponseHookHandler {
  return (request, reply, done) => {
    const { id, method, url: path } = request;
    const { statusCode: status, elapsedTime: ms } = reply;
    const cache = log.traces ? reply.getHeader('x-cache')?.toString() : undefined;
    log.answered({ id, method, route: matchedRoute(request) ?? 'unknown', path, status, ms, cache });
    done();
  };
}
