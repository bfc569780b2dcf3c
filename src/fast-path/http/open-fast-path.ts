import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppConfig } from '../../config/index.js';
import {
  headersForNoOrigin,
  ignoresUpgrade,
  type ProblemFilter,
  type ReadyAnswer,
  type RequestLog,
  securityHeaders,
} from '../../http/index.js';
import { correlation, Draining } from '../../infra/index.js';
import { rateLimitField, RateLimitPolicy, type Turn } from '../../rate-limit/index.js';
import { FastPath } from '../fast-path.js';
import { admission } from './admission.js';
import { ResponseHeads } from './header-writer.js';

/** A request that can be answered without the framework. */
export interface FastRequest {
  /** As metrics and the log name it. */
  route: string;
  /** At once if it can be. */
  answer(request: IncomingMessage): ReadyAnswer | Promise<ReadyAnswer>;
}

/** Public routes that are answered without the framework. */
export interface FastRoutes {
  /** Settled at once, without a promise. Undefined: leave it to the framework. */
  find(url: string): FastRequest | undefined;
}

interface Surroundings {
  log: RequestLog;
  /**
   * Gives the problem to answer with, as the framework would: trying again there would take a hanging database's time
   * twice.
   */
  problems: ProblemFilter;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A way around the framework for answers that are ready. For a cached search, Fastify's routing and hooks and Nest's
 * handler take longer than all the rest (docs/performance.md). Whatever is not plain goes to the framework: a request
 * that is refused or limited, of another origin, or comes while the instance ends. An answer is the same either way.
 *
 * To be opened once every other listener has been added.
 */
export function openFastPath(app: NestFastifyApplication, routes: FastRoutes, { log, problems }: Surroundings): void {
  const fastPath = app.get(FastPath);
  if (!fastPath.has('requests')) return;
  const draining = app.get(Draining);
  const admits = admission(app);
  const server: Server = app.getHttpServer();
  const { corsOrigins } = app.get(AppConfig);
  const crossOrigin = corsOrigins.length > 0;
  const { policy } = app.get(RateLimitPolicy);
  const fixed = Object.entries({
    ...securityHeaders(crossOrigin),
    ...headersForNoOrigin(corsOrigins),
    ...(policy !== null && { 'ratelimit-policy': policy }),
  }).flat();
  const heads = new ResponseHeads(server, fixed, fastPath.has('heads'));
  const others = server.listeners('request') as Listener[];
  const pass: Listener = (request, response) => {
    for (const listener of others) listener.call(server, request, response);
  };

  const find = (request: IncomingMessage): FastRequest | undefined => {
    if (request.method !== 'GET' || draining.active || ignoresUpgrade(request)) return undefined;
    const { headers } = request;
    // The body of a GET may trickle in for ever; the framework bounds it.
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return undefined;
    if (crossOrigin && headers.origin !== undefined) return undefined;
    return routes.find(request.url!);
  };

  const send = (
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    { status, headers, body }: ReadyAnswer,
    turn: Turn,
    began: number,
    id: string,
  ) => {
    if (response.destroyed) return;
    heads.write(response, status, id, policy === null ? null : rateLimitField(turn), headers, body && body.length);
    response.end(body);
    const at = log.traces ? headers.indexOf('x-cache') : -1;
    const cache = at < 0 ? undefined : headers[at + 1];
    log.answered({ id, method: 'GET', route, path: request.url!, status, ms: performance.now() - began, cache });
  };

  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const found = find(request);
    const turn = found && admits(request);
    if (!turn) return pass(request, response);
    const began = performance.now();
    const id = correlation.of(request);
    const reply = (answer: ReadyAnswer): void => send(request, response, found.route, answer, turn, began, id);
    const answer = found.answer(request);
    if (!(answer instanceof Promise)) return reply(answer);
    answer.then(reply, (error: unknown) => reply(problems.answerTo(error, id)));
  });
}
