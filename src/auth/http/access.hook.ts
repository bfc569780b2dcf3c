import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../contracts/index.js';
import type { LimitRequest } from '../../rate-limit/index.js';
import { isApiRoute } from '../../infra/index.js';
import { ForbiddenError, InvalidTokenError, UnauthorizedError } from '../access.errors.js';
import type { TokenVerifier } from '../token-verifier.js';
import type { AccessLevel } from './access.js';
import './fastify.js';

const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/** The bearer token of a request; null: it sends nothing, undefined: something else. */
export function sentToken({ headers: { authorization } }: IncomingMessage): string | null | undefined {
  if (authorization === undefined || authorization === '') return null;
  return BEARER.exec(authorization)?.[1];
}

/**
 * Settles who asks and whether they may, before anything of the body is read. A bad token is refused on public routes
 * too: a client that sends a token wants to be known, and should hear that its token has expired.
 *
 * @param limit is asked for every request once, when its principal is known; a request whose token is refused has no
 *   principal
 */
export function addAccess(server: FastifyInstance, verifier: TokenVerifier, limit: LimitRequest): void {
  server.decorateRequest('principal', null);
  server.addHook('onRequest', (request, reply, done) => {
    const unlessLimited = (next: () => void): void => limit(request, reply, (error) => (error ? done(error) : next()));
    if (!isApiRoute(request)) return unlessLimited(done);
    const finish = (principal: Principal | null): void => {
      request.principal = principal;
      unlessLimited(() => decide(request, reply, done));
    };
    const token = sentToken(request.raw);
    if (token === null) return finish(null);
    const refuse = (error: unknown): void => unlessLimited(() => challenge(reply, error, done));
    if (token === undefined) return refuse(new InvalidTokenError('the header is not "Bearer" and a token'));
    const principal = verifier.verify(token);
    if (principal instanceof Promise) principal.then(finish, refuse);
    else finish(principal);
  });
}

type Done = (error?: Error) => void;

function decide({ principal, routeOptions }: FastifyRequest, reply: FastifyReply, done: Done): void {
  const { access = 'admin' } = routeOptions.config as { access?: AccessLevel };
  if (access === 'public') return done();
  if (principal === null) return challenge(reply, new UnauthorizedError('This needs a bearer token'), done);
  if (access === 'admin' && principal.role !== 'admin') return done(new ForbiddenError('This is for admins'));
  done();
}

function challenge(reply: FastifyReply, error: unknown, done: Done): void {
  if (error instanceof UnauthorizedError) void reply.header('www-authenticate', error.challenge);
  done(error as Error);
}
