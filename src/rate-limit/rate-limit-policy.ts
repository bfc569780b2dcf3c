import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { type Principal, principalKey } from '../contracts/index.js';
import { routeOf } from '../infra/index.js';
import { ClientAddresses } from './client-addresses.js';
import { RateLimitError } from './rate-limit.error.js';
import { RateLimits, type Turn } from './rate-limits.js';

/** The route of `@fastify/cors` for every path, for what its hook hasn't answered. */
const ANY = '*';

/** Rows that one request may have PostgreSQL read; they take it about as long as a search that isn't cached, 2 ms. */
const ROWS_OF_A_REQUEST = 500;

/** A search in place of one that found nothing: to make it takes the process about as long as PostgreSQL. */
const REQUESTS_OF_A_SEARCH = 2;

/** Words whose meaning is looked for while a request takes its time: 1 ms each, if they are misspelt. */
const WORDS_OF_A_REQUEST = 2;

/** Seconds of a window. */
const WINDOW = 60;

/** Which requests count, and for whom: the principal at its address. */
@Injectable()
export class RateLimitPolicy {
  /** The limit as the header `RateLimit-Policy` has it; null: there is none. */
  readonly policy: string | null;

  constructor(
    private readonly limits: RateLimits,
    private readonly addresses: ClientAddresses,
  ) {
    this.policy = limits.off ? null : `"default";q=${limits.limit};w=${WINDOW}`;
  }

  /**
   * Takes one request off what its principal may send, or calls `done` with a `RateLimitError`; the answer says what is
   * left (draft-ietf-httpapi-ratelimit-headers). To be called once for a request, when its principal is known; one
   * whose token is refused counts for its address alone.
   */
  take(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    if (this.policy === null || !isLimited(request)) return done();
    const decide = (turn: Turn): void => {
      void reply.header('ratelimit-policy', this.policy!).header('ratelimit', rateLimitField(turn));
      if (turn.admitted) return done();
      const retryAfter = Math.ceil(turn.endsIn / 1_000);
      void reply.header('retry-after', String(retryAfter));
      done(new RateLimitError(retryAfter));
    };
    const turn = this.limits.take(this.keyOf(request.principal, request.raw));
    if (turn instanceof Promise) turn.then(decide, done);
    else decide(turn);
  }

  /** The same of a request for the API, if that needs no waiting of any kind; undefined: nothing was taken. */
  takeAtOnce(principal: Principal | null, request: IncomingMessage): Turn | undefined {
    return this.limits.takeAtOnce(this.policy === null ? '' : this.keyOf(principal, request));
  }

  /**
   * Lets a request whose cost depends on the data count as several: the statistics of a vendor with 100,000 products
   * take as long as 200 other requests. What it has read is known when it is answered, so the next ones wait for it.
   */
  chargeRows(request: FastifyRequest, rows: number): void {
    const requests = Math.ceil(rows / ROWS_OF_A_REQUEST) - 1;
    if (requests > 0) this.limits.charge(this.keyOf(request.principal, request.raw), requests);
  }

  /** The same for a search that others took the place of, since it found nothing: each read as much as one more. */
  chargeSearches(principal: Principal | null, request: IncomingMessage, more: number): void {
    if (more > 0) this.limits.charge(this.keyOf(principal, request), more * REQUESTS_OF_A_SEARCH);
  }

  /** The same for a text that has to be read for what it may mean; a remembered one has not. */
  chargeWords(principal: Principal | null, request: IncomingMessage, words: number): void {
    const requests = Math.ceil(words / WORDS_OF_A_REQUEST) - 1;
    if (requests > 0) this.limits.charge(this.keyOf(principal, request), requests);
  }

  /** Whose requests are counted together. */
  keyOf(principal: Principal | null, request: IncomingMessage): string {
    return limitKey(principal, this.addresses.of(request));
  }
}

/** The header `RateLimit`: requests that are left, and the seconds after which there are as many as at first. */
export function rateLimitField({ left, endsIn }: Turn): string {
  return `"default";r=${left};t=${Math.ceil(endsIn / 1_000)}`;
}

export function limitKey(principal: Principal | null, address: string): string {
  return `${principalKey(principal)}@${address}`;
}

/** All but health, metrics and docs; also what no route serves. */
function isLimited(request: FastifyRequest): boolean {
  const { url, isOfApi } = routeOf(request);
  return isOfApi || url === undefined || url === ANY;
}
