import type {
  FastifyReply,
  FastifyRequest,
  onResponseHookHandler,
  onSendHookHandler,
  preHandlerHookHandler,
} from 'fastify';
import { type StoredResponse, KEPT_HEADERS } from './stored-response.js';
import { Claim } from './claim.js';
import { keyOwnerOf, requestHash, acceptsIdempotencyKey } from './idempotent-request.js';
import type { IdempotencyService } from './idempotency.service.js';

export const REPLAYED = 'idempotency-replayed';

/**
 * `Idempotency-Key`, around everything that a route does: hooks see the answer as the bytes that are sent, problems
 * included. A request without the header costs a look at its headers. As an interceptor of Nest it would cost every
 * request 46 µs of CPU (136 instead of 90, of a handler that does nothing), for RxJS and an `AsyncResource`; and no
 * interceptor sees the bytes, which Nest's filters and Fastify make later.
 */
export class IdempotencyHooks {
  private readonly claims = new WeakMap<FastifyRequest, Claim>();

  constructor(private readonly requests: IdempotencyService) {}

  readonly begin: preHandlerHookHandler = (request, reply, done) => {
    if (!acceptsIdempotencyKey(request)) return done();
    begin(this.requests, request).then(
      (begun) => {
        if (!(begun instanceof Claim)) return void replay(reply, begun);
        this.claims.set(request, begun);
        begun.run(done);
      },
      (error: Error) => done(error),
    );
  };

  readonly finish: onSendHookHandler<unknown> = (request, reply, payload, done) => {
    const claim = this.take(request);
    if (!claim) return done(null, payload);
    claim.finish(answerOf(reply, payload)).then(
      () => done(null, payload),
      (error: Error) => {
        void reply.removeHeader('etag');
        done(error);
      },
    );
  };

  /** Whatever went wrong on the way to the answer, no transaction stays open. */
  readonly abandon: onResponseHookHandler = (request, _reply, done) => {
    const claim = this.take(request);
    if (!claim) return done();
    void claim.abandon().then(() => done());
  };

  private take(request: FastifyRequest): Claim | undefined {
    const claim = this.claims.get(request);
    if (claim) this.claims.delete(request);
    return claim;
  }
}

async function begin(requests: IdempotencyService, request: FastifyRequest): Promise<Claim | StoredResponse> {
  return requests.begin(keyOwnerOf(request)!, requestHash(request));
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
