import type { FieldError } from '../../contracts/index.js';

/**
 * An error that is answered to the client. `code` is stable and documented in docs/errors.md; the HTTP filter turns it
 * into a problem, the WebSocket filter into an `exception`.
 */
export abstract class AppError extends Error {
  abstract readonly code: string;
  abstract readonly status: number;
  readonly fields: readonly FieldError[] = [];
  /** Further members of the problem (RFC 9457, 3.2). */
  readonly extensions: Readonly<Record<string, unknown>> = {};
}

export class ValidationFailedError extends AppError {
  readonly code: string = 'validation_failed';
  readonly status = 400;

  /** @param otherwise what is wrong, if it is none of the fields */
  constructor(
    override readonly fields: readonly FieldError[],
    otherwise = 'The request is not valid',
  ) {
    super(fields.map(({ field, message }) => `${field}: ${message}`).join('; ') || otherwise);
  }
}

/** A part the request needs (PostgreSQL, a queue with room) can't serve it now. */
export class UnavailableError extends AppError {
  readonly code: string = 'unavailable';
  readonly status = 503;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter: number = 1;
}
