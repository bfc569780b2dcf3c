import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type StoredResponse, KEPT_HEADERS } from './stored-response.js';
import { Claim } from './claim.js';
import { keyOwnerOf, requestHash, acceptsIdempotencyKey } from './idempotent-request.js';
import type { IdempotencyService } from './idempotency.service.js';

export const REPLAYED = 'idempotency-replayed';

/**
 * `Idempotency-Key`, around everything that a route does: hooks see the answer as the bytes that are sent, problems
 * included. A request without the header costs a look at its headers. To be added after the hook that sets the
 * correlation id, since the routes must run within both contexts.
 */
export function addIdempotency(server: FastifyInstance, requests: IdempotencyService): void {
  const claims = new WeakMap<FastifyRequest, Claim>();

  server.addHook('preHandler', (request, reply, done) => {
    if (!acceptsIdempotencyKey(request)) return done();
    begin(requests, request).then(
      (begun) => {
        if (!(begun instanceof Claim)) return void replay(reply, begun);
        claims.set(request, begun);
        begun.run(done);
      },
      (error: Error) => done(error),
    );
  });

  server.addHook('onSend', (request, reply, payload, done) => {
    const claim = take(claims, request);
    if (!claim) return done(null, payload);
    claim.finish(answerOf(reply, payload)).then(
      () => done(null, payload),
      (error: Error) => {
        void reply.removeHeader('etag');
        done(error);
      },
    );
  });

  // Whatever went wrong on the way to the answer, no transaction stays open.
  server.addHook('onResponse', (request, _reply, done) => {
    const claim = take(claims, request);
    if (!claim) return done();
    void claim.abandon().then(() => done());
  });
}

async function begin(requests: IdempotencyService, request: FastifyRequest): Promise<Claim | StoredResponse> {
  return requests.begin(keyOwnerOf(request)!, requestHash(request));
}

function take(claims: WeakMap<FastifyRequest, Claim>, request: FastifyRequest): Claim | undefined {
  const claim = claims.get(request);
  if (claim) claims.delete(request);
  return claim;
}

function replay(reply: FastifyReply, { status, headers, body }: StoredResponse): void {
  void reply
    .status(status)
    .headers({ ...headers, [REPLAYED]: 'true' })
    .send(body ?? undefined);
}

function answerOf(reply: FastifyReply, payload: unknown): StoredResponse {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  // The routes of the API answer with JSON or nothing, which Fastify has made text by now.
  const body = typeof payload === 'string' && payload !== '' ? Buffer.from(payload) : null;
  return { status: reply.statusCode, headers: Object.fromEntries(headers), body };
}
