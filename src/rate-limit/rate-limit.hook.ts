import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalKey } from '../contracts/index.js';
import { AppError } from '../infra/index.js';
import type { ClientAddresses } from './client-addresses.js';
import type { RateLimits } from './rate-limits.js';

export class RateLimitError extends AppError {
  readonly code = 'too_many_requests';
  readonly status = 429;

  /** @param retryAfter seconds */
  constructor(readonly retryAfter: number) {
    super(`Too many requests: try again in ${retryAfter} s`);
  }
}

type Done = (error?: Error) => void;
export type LimitRequest = (request: FastifyRequest, reply: FastifyReply, done: Done) => void;

/**
 * Takes one request off what the principal at its address may send, or calls `done` with a `RateLimitError`. To be
 * called once for a request, when its principal is known; a request whose token is refused counts for its address
 * alone.
 */
export function limitRequests(limits: RateLimits, addresses: ClientAddresses): LimitRequest {
  return (request, reply, done) => {
    if (!isLimited(request)) return done();
    const decide = (wait: number): void => {
      if (wait === 0) return done();
      const retryAfter = Math.ceil(wait / 1_000);
      void reply.header('retry-after', String(retryAfter));
      done(new RateLimitError(retryAfter));
    };
    const wait = limits.take(limitKey(principalKey(request.principal), addresses.of(request.raw)));
    if (typeof wait === 'number') decide(wait);
    else wait.then(decide, done);
  };
}

export function limitKey(principal: string, address: string): string {
  return `${principal}@${address}`;
}

/** All but health, metrics and docs. The route decides, since a path may be spelled `/%61pi/…` too. */
function isLimited({ raw, routeOptions }: FastifyRequest): boolean {
  return raw.url!.startsWith('/api/') || (routeOptions.url?.startsWith('/api/') ?? true);
}
