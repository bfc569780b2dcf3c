import { Injectable } from '@nestjs/common';
import { Metrics } from '../../infra/index.js';
import { limitKey, RateLimits } from '../../rate-limit/index.js';
import { handshakeRefusal } from './handshake-refusal.js';

const TOO_MANY_REQUESTS = 'too_many_requests';

/** Each handshake is one of the requests its address may make in a minute, over HTTP and WebSocket together. */
@Injectable()
export class HandshakeLimit {
  constructor(
    private readonly limits: RateLimits,
    private readonly metrics: Metrics,
  ) {}

  /** Calls `done` with why there may be no more; at once if that is known. */
  take(address: string, done: (refusal?: Error) => void): void {
    const settle = (wait: number): void => done(wait === 0 ? undefined : this.refuse(wait));
    const wait = this.limits.take(limitKey(null, address));
    if (typeof wait === 'number') settle(wait);
    else wait.then(settle, done);
  }

  private refuse(wait: number): Error {
    this.metrics.errors.inc({ type: TOO_MANY_REQUESTS });
    return handshakeRefusal(TOO_MANY_REQUESTS, `Too many requests: try again in ${Math.ceil(wait / 1_000)} s`);
  }
}
