import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UnavailableError } from '../errors/app-error.js';
import type { Metrics } from '../metrics/metrics.js';
import { problemBody, problemParts } from './problem.js';

/** Turns every error into problem+json (RFC 9457); only unexpected ones are logged with their stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly metrics: Metrics) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const parts = problemParts(error);
    // A client that went away, or was cut off, in the middle of its body is nobody's error.
    const gone = !request.raw.complete && (reply.sent || request.raw.destroyed);
    if (!gone) this.metrics.errors.inc({ type: parts.code });
    if (!gone && parts.status >= 500) this.logger.error(error, { correlationId: request.id });
    if (reply.sent) return;
    if (parts.status === 503) {
      void reply.header('retry-after', String(error instanceof UnavailableError ? error.retryAfter : 1));
    }
    void reply
      .status(parts.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemBody(parts, request.id)));
  }
}
