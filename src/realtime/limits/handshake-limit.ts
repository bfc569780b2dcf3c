import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { principalKey } from '../../contracts/index.js';
import { Metrics } from '../../infra/index.js';
import { ClientAddresses, limitKey, RateLimits } from '../../rate-limit/index.js';
import { handshakeRefusal } from './handshake-refusal.js';

const TOO_MANY_REQUESTS = 'too_many_requests';

/** Each handshake is one of the requests its address may make in a minute, over HTTP and WebSocket together. */
@Injectable()
export class HandshakeLimit {
  constructor(
    private readonly limits: RateLimits,
    private readonly addresses: ClientAddresses,
    private readonly metrics: Metrics,
  ) {}

  guard(namespace: Namespace): void {
    namespace.use((socket, next) => {
      const decide = (wait: number): void => next(wait === 0 ? undefined : this.refuse(wait));
      const wait = this.take(socket);
      if (typeof wait === 'number') decide(wait);
      else wait.then(decide, next);
    });
  }

  private take({ request }: Socket): number | Promise<number> {
    return this.limits.take(limitKey(principalKey(null), this.addresses.of(request)));
  }

  private refuse(wait: number): Error {
    this.metrics.errors.inc({ type: TOO_MANY_REQUESTS });
    return handshakeRefusal(TOO_MANY_REQUESTS, `Too many requests: try again in ${Math.ceil(wait / 1_000)} s`);
  }
}
