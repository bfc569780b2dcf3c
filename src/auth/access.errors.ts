import { AppError } from '../infra/index.js';

/** No token where one is needed, or one that is not valid. */
export class UnauthorizedError extends AppError {
  readonly code = 'unauthorized';
  readonly status = 401;

  /** @param challenge value of the `WWW-Authenticate` header (RFC 6750 §3) */
  constructor(
    message: string,
    readonly challenge: string = 'Bearer',
  ) {
    super(message);
  }
}

export class InvalidTokenError extends UnauthorizedError {
  constructor(reason: string) {
    super(`The token is not valid: ${reason}`, 'Bearer error="invalid_token"');
  }
}

/** The token is valid and doesn't allow this. */
export class ForbiddenError extends AppError {
  readonly code = 'forbidden';
  readonly status = 403;
}
