import { Injectable } from '@nestjs/common';
import { Metrics } from '../../infra/index.js';
import { limitKey, RateLimits, type Turn } from '../../rate-limit/index.js';
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
    const settle = ({ admitted, endsIn }: Turn): void => done(admitted ? undefined : this.refuse(endsIn));
    const turn = this.limits.take(limitKey(null, address));
    if (turn instanceof Promise) turn.then(settle, done);
    else settle(turn);
  }

  private refuse(wait: number): Error {
    this.metrics.errors.inc({ type: TOO_MANY_REQUESTS });
    return handshakeRefusal(TOO_MANY_REQUESTS, `Too many requests: try again in ${Math.ceil(wait / 1_000)} s`);
  }
}
