import { AppError } from '../infra/index.js';

/** The key was used before, for another request. */
export class IdempotencyKeyReusedError extends AppError {
  readonly code = 'idempotency_key_reused';
  readonly status = 422;

  constructor() {
    super('This Idempotency-Key was used for another request: a new request needs a new key');
  }
}
