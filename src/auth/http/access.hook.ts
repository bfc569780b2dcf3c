import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { Principal } from '../../contracts/index.js';
import { isApiRoute } from '../../infra/index.js';
import type { RateLimitPolicy } from '../../rate-limit/index.js';
import { type AccessPolicy, challenge, refusalOf } from './access-policy.js';

/** So that all requests have one shape. */
export function declarePrincipal(server: FastifyInstance): void {
  server.decorateRequest('principal', null);
}

/**
 * Settles who asks, whether it has asked too often, and whether it may, before anything of the body is read. Every
 * request is counted once, when its principal is known; a request whose token is refused has no principal.
 */
export function admitRequests(access: AccessPolicy, limit: RateLimitPolicy): onRequestHookHandler {
  return (request, reply, done) => {
    const unlessLimited = (next: () => void): void =>
      limit.take(request, reply, (error) => (error ? done(error) : next()));
    if (!isApiRoute(request)) return unlessLimited(done);
    const decide = (principal: Principal | null): void => {
      request.principal = principal;
      unlessLimited(() => done(challenge(reply, refusalOf(request))));
    };
    const refuse = (error: Error): void => unlessLimited(() => done(challenge(reply, error)));
    const principal = access.identify(request.raw);
    if (principal instanceof Promise) principal.then(decide, refuse);
    else decide(principal);
  };
}
