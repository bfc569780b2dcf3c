import { HttpException, HttpStatus } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import type { Problem } from '../contracts/index.js';
import { AppError, UnavailableError } from '../infra/index.js';
import { isDatabaseUnavailable } from '../database/index.js';

/** What a client may know of an error; everything else stays in the log. */
export type ProblemParts = Pick<Problem, 'status' | 'code' | 'detail'> &
  Partial<Pick<Problem, 'errors'> & Pick<AppError, 'extensions'>>;

/** Stable codes of errors that Fastify and Nest raise themselves, by status. */
const CODES: Record<number, string> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'payload_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  431: 'headers_too_large',
  503: 'unavailable',
};

export function problemParts(error: unknown): ProblemParts {
  if (error instanceof AppError) {
    const { status, code, message, fields, extensions } = error;
    return { status, code, detail: message, ...(fields.length > 0 && { errors: [...fields] }), extensions };
  }
  if (isDatabaseUnavailable(error)) return problemParts(new UnavailableError('The database is out of reach'));
  const status = statusOf(error);
  if (status >= 500 && status !== 503) {
    return { status, code: 'internal_error', detail: 'Something went wrong; the log has it under the correlation id' };
  }
  return { status, code: CODES[status] ?? 'bad_request', detail: (error as Error).message };
}

export function problemBody(
  { status, code, detail, errors, extensions }: ProblemParts,
  correlationId: string,
): Problem {
  return {
    ...extensions,
    type: `urn:mandi-inventory-sync:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    correlationId,
    ...(errors && { errors }),
  };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : HttpStatus.INTERNAL_SERVER_ERROR;
}
