import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Principal, principalKey } from '../contracts/index.js';
import { isApiRoute, matchedRoute } from '../infra/index.js';
import type { ClientAddresses } from './client-addresses.js';
import { RateLimitError } from './rate-limit.error.js';
import type { RateLimits } from './rate-limits.js';

/** The route of `@fastify/cors` for every path, for what its hook hasn't answered. */
const ANY = '*';

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
    const wait = limits.take(limitKey(request.principal, addresses.of(request.raw)));
    if (typeof wait === 'number') decide(wait);
    else wait.then(decide, done);
  };
}

export function limitKey(principal: Principal | null, address: string): string {
  return `${principalKey(principal)}@${address}`;
}

/** All but health, metrics and docs; also what no route serves. */
function isLimited(request: FastifyRequest): boolean {
  const route = matchedRoute(request);
  return route === undefined || route === ANY || isApiRoute(request);
}
