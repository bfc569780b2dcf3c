import { AppError } from '../../infra/index.js';

export class TooManySubscriptionsError extends AppError {
  readonly code = 'too_many_subscriptions';
  readonly status = 429;

  constructor(limit: number) {
    super(`A socket may have at most ${limit} subscriptions`);
  }
}

/** The client went away before its request was answered. */
export class DisconnectedError extends AppError {
  readonly code = 'disconnected';
  readonly status = 410;

  constructor() {
    super('The socket has been closed');
  }
}
