import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../../contracts/index.js';
import { routeOf } from '../../infra/index.js';
import { ForbiddenError, InvalidTokenError, UnauthorizedError } from '../access.errors.js';
import { TokenVerifier } from '../token-verifier.js';
import type { AccessLevel } from './access.js';
import './fastify.js';

const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/**
 * Who sends a request. A bad token is refused on public routes too: a client that sends a token wants to be known, and
 * should hear that its token has expired.
 */
@Injectable()
export class AccessPolicy {
  constructor(private readonly tokens: TokenVerifier) {}

  /** Null: anybody. A promise only for a token that wasn't seen before; rejects with what `TokenVerifier` throws. */
  identify(request: IncomingMessage): Principal | null | Promise<Principal> {
    const token = sentToken(request);
    if (token === null) return null;
    if (token === undefined) return Promise.reject(new InvalidTokenError('the header is not "Bearer" and a token'));
    return this.tokens.verify(token);
  }

  /** The same without waiting and without refusing; undefined: `identify` has to say. */
  identifyAtOnce(request: IncomingMessage): Principal | null | undefined {
    const token = sentToken(request);
    if (token === null) return null;
    return token === undefined ? undefined : this.tokens.known(token);
  }
}

/** Why a request's principal may not call its route; undefined: it may. Routes outside the API are for anybody. */
export function refusalOf(request: FastifyRequest): UnauthorizedError | ForbiddenError | undefined {
  const { config, isOfApi } = routeOf(request);
  const { access = 'admin' } = config as { access?: AccessLevel };
  if (access === 'public' || !isOfApi) return undefined;
  // Undefined where no hook has identified it.
  const principal = request.principal as Principal | null | undefined;
  if (!principal) return new UnauthorizedError('This needs a bearer token');
  const { role } = principal;
  if (role === 'admin') return undefined;
  if (access === 'admin') return new ForbiddenError('This is for admins');
  if (access === 'consumer' && role !== 'service') return new ForbiddenError('This is for admins and services');
  if (access === 'vendor' && role !== 'vendor') return new ForbiddenError('This is for admins and vendors');
  return undefined;
}

/** Says with a refusal how a client can show who it is (RFC 6750 §3). @returns the error */
export function challenge<E>(reply: FastifyReply, error: E): E {
  if (error instanceof UnauthorizedError) void reply.header('www-authenticate', error.challenge);
  return error;
}

/** The bearer token of a request; null: it sends nothing, undefined: something else. */
function sentToken({ headers: { authorization } }: IncomingMessage): string | null | undefined {
  if (authorization === undefined || authorization === '') return null;
  return BEARER.exec(authorization)?.[1];
}
