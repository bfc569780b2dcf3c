import { AppError } from '../infra/index.js';

/** Answered with 429 and `Retry-After`. */
export class RateLimitError extends AppError {
  readonly code = 'too_many_requests';
  readonly status = 429;

  /** @param retryAfter seconds */
  constructor(
    readonly retryAfter: number,
    what = 'Too many requests',
  ) {
    super(`${what}: try again in ${retryAfter} s`);
  }
}
