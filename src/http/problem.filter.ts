import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Metrics, UnavailableError } from '../infra/index.js';
import { RateLimitError } from '../rate-limit/index.js';
import { problemBody, type ProblemParts, problemParts } from './problem.js';
import type { ReadyAnswer } from './ready-answer.js';

/** Turns every error into problem+json (RFC 9457); only unexpected ones are logged with their stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly metrics: Metrics) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const parts = problemParts(error);
    // A client that went away, or was cut off, in the middle of its body is not an error of the server.
    const gone = !request.raw.complete && (reply.sent || request.raw.destroyed);
    if (!gone) this.report(error, parts, request.id);
    if (reply.sent) return;
    void reply
      .status(parts.status)
      .headers(headersOf(error, parts))
      .send(JSON.stringify(problemBody(parts, request.id)));
  }

  /** The same for what is answered without the framework. */
  answerTo(error: unknown, correlationId: string): ReadyAnswer {
    const parts = problemParts(error);
    this.report(error, parts, correlationId);
    return {
      status: parts.status,
      headers: Object.entries(headersOf(error, parts)).flat(),
      body: Buffer.from(JSON.stringify(problemBody(parts, correlationId))),
    };
  }

  private report(error: unknown, { code, status }: ProblemParts, correlationId: string): void {
    this.metrics.errors.inc({ type: code });
    if (status >= 500) this.logger.error(error, { correlationId });
  }
}

function headersOf(error: unknown, { status }: ProblemParts): Record<string, string> {
  const retryAfter = error instanceof UnavailableError || error instanceof RateLimitError ? error.retryAfter : 1;
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    ...((status === 503 || status === 429) && { 'retry-after': String(retryAfter) }),
  };
}
