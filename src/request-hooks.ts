import { AccessPolicy, admitRequests } from './auth/index.js';
import {
  budgetBodies,
  checkQuery,
  compressAnswers,
  endAfterIgnoredUpgrade,
  endConnectionsWhile,
  type HttpTimeLimits,
  limitBodyTime,
  logAnswers,
  OtherMethods,
  readRest,
  refuseEncodedBody,
  type RequestHook,
  type RequestLog,
  sendCorrelationId,
  sendSecurityHeaders,
  settleBodyType,
} from './http/index.js';
import { IdempotencyHooks, IdempotencyService } from './idempotency/index.js';
import { Draining } from './infra/index.js';
import { RateLimitPolicy } from './rate-limit/index.js';

interface Surroundings {
  /** Resolves a provider. */
  get: <T>(provider: abstract new (...args: never[]) => T) => T;
  log: RequestLog;
  timeLimits: HttpTimeLimits;
  /** Whether CORS is on. */
  crossOrigin: boolean;
  closeDocs: () => Promise<void>;
}

/**
 * All that the product adds to Fastify's way of a request, in the order in which it runs; the rest is Nest's, in
 * `app.module.ts`. What is here can't be a guard, pipe or interceptor, mostly since it is for requests that no handler
 * serves as well, or has to come before the body is read: Nest begins when it has been parsed. Hooks of Nest itself,
 * CORS among them, run before these.
 *
 * `test/e2e/request-hooks.spec.ts` compares this list with the hooks of a running server.
 */
export function requestHooks({ get, log, timeLimits, crossOrigin, closeDocs }: Surroundings): readonly RequestHook[] {
  const methods = new OtherMethods();
  const idempotency = new IdempotencyHooks(get(IdempotencyService));
  const draining = endConnectionsWhile(get(Draining));
  return [
    {
      phase: 'onRoute',
      name: 'rememberMethods',
      run: methods.remember,
      why: 'Which methods a path has shows as its routes are added; `answerOtherMethods` says so.',
    },
    {
      phase: 'onRequest',
      name: 'sendCorrelationId',
      run: sendCorrelationId,
      why: 'Before all that may refuse: every answer has the id, also those that no handler makes.',
    },
    {
      phase: 'onRequest',
      name: 'sendSecurityHeaders',
      run: sendSecurityHeaders(crossOrigin),
      why: 'On refusals and on what no route serves as well.',
    },
    {
      phase: 'onRequest',
      name: 'endConnectionOnTheWayOut',
      run: draining.onRequest,
      why: 'On the answers that a route hands to others to make, which no `onSend` sees.',
    },
    {
      phase: 'onRequest',
      name: 'endAfterIgnoredUpgrade',
      run: endAfterIgnoredUpgrade,
      why: 'A refusal has to end the connection, too.',
    },
    {
      phase: 'onRequest',
      name: 'limitBodyTime',
      run: limitBodyTime(timeLimits),
      why: 'Before anything that waits, such as for the keys of a token: the time of a body runs meanwhile.',
    },
    {
      phase: 'onRequest',
      name: 'admitRequest',
      run: admitRequests(get(AccessPolicy), get(RateLimitPolicy)),
      why:
        'A guard would let anybody have 4 MB read and parsed before the refusal, and see neither what no route ' +
        'serves nor a token that is refused, which count towards the limit. `AccessGuard` decides once more.',
    },
    {
      phase: 'onRequest',
      name: 'answerOtherMethods',
      run: methods.answer,
      why: 'No handler serves these. After the rate limit, which counts them.',
    },
    {
      phase: 'preParsing',
      name: 'refuseEncodedBody',
      run: refuseEncodedBody,
      why: 'Before a parser sees it, and after the refusal of those who may not call the route at all.',
    },
    {
      phase: 'preParsing',
      name: 'budgetBody',
      run: budgetBodies(),
      why: 'Before the body is read into memory, and when its principal is known.',
    },
    {
      phase: 'preParsing',
      name: 'settleBodyType',
      run: settleBodyType,
      why: 'Before Fastify looks for the parser of the type: of a body that is not there, or of a file.',
    },
    {
      phase: 'preValidation',
      name: 'checkQuery',
      run: checkQuery,
      why: 'A pipe sees the parameters that a handler asks for; these are refused where no handler asks for any.',
    },
    {
      phase: 'preHandler',
      name: 'beginIdempotent',
      run: idempotency.begin,
      why: 'Around all that a route does; as an interceptor it costs every request more (`idempotency.hook.ts`).',
    },
    {
      phase: 'onSend',
      name: 'finishIdempotent',
      run: idempotency.finish,
      why: 'Only here is the answer as it is sent, problems included; it is committed with the changes.',
    },
    {
      phase: 'onSend',
      name: 'compressAnswer',
      run: compressAnswers,
      why: 'After `finishIdempotent`, which keeps answers as they are; also problems and what no handler makes.',
    },
    {
      phase: 'onSend',
      name: 'endConnectionOfLateAnswers',
      run: draining.onSend,
      why: 'For requests that were under way when the instance began to end.',
    },
    {
      phase: 'onResponse',
      name: 'readRestOfBody',
      run: readRest,
      why: 'Also of requests that were refused before their bodies were read.',
    },
    {
      phase: 'onResponse',
      name: 'logAnswer',
      run: logAnswers(log),
      why: 'Also answers that no handler makes, with the time until they were sent.',
    },
    {
      phase: 'onResponse',
      name: 'abandonIdempotent',
      run: idempotency.abandon,
      why: 'Last: whatever went wrong on the way to the answer, no transaction stays open.',
    },
    {
      phase: 'onClose',
      name: 'closeDocs',
      run: closeDocs,
      why: 'The page of the API is an application of its own, made with the first request for it.',
    },
  ];
}
