import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { correlation } from '../infra/index.js';
import type { Draining } from '../infra/index.js';
import { headersForNoOrigin } from './cors.js';
import type { RequestLog } from './request-log.js';
import { ResponseHeads } from './header-writer.js';
import { securityHeaders } from './security-headers.js';
import { ignoresUpgrade } from './upgrades.js';

/** A request that can be answered without the framework. */
export interface FastRequest {
  /** As metrics and the log name it. */
  route: string;
  /** At once if it can be. */
  answer(request: IncomingMessage): FastAnswer | Promise<FastAnswer>;
}

export interface FastAnswer {
  status: number;
  /** Names and values by turns; nothing checks them, so nothing that a client has sent. */
  headers: string[];
  /** Null: none, and no length either. */
  body: Buffer | null;
}

/** What the lane takes; everything is to be settled at once, without a promise. */
export interface FastRoutes {
  /** Undefined: leave it to the framework. */
  find(url: string): FastRequest | undefined;
  /** Whether the request may pass, as the hooks of the framework would decide; false: let them decide. */
  admits(request: IncomingMessage): boolean;
}

interface Surroundings {
  log: RequestLog;
  draining: Draining;
  /** Of CORS; none: it is off. */
  origins: readonly string[];
  /**
   * The problem to answer with, as the framework would: trying again there would take a hanging database's time twice.
   */
  problem(error: unknown, correlationId: string): FastAnswer;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A way around the framework for answers that are ready. For a cached search, Fastify's routing and hooks and Nest's
 * handler take longer than all the rest (docs/performance.md). Whatever is not plain goes to the framework: a request
 * that is refused or limited, of another origin, or comes while the instance ends. An answer is the same either way.
 *
 * To be opened once every other listener has been added.
 */
export function openFastPath(server: Server, routes: FastRoutes, surroundings: Surroundings): void {
  const { log, draining, origins } = surroundings;
  const crossOrigin = origins.length > 0;
  const fixed = Object.entries({ ...securityHeaders(crossOrigin), ...headersForNoOrigin(origins) }).flat();
  const heads = new ResponseHeads(server, fixed);
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
    const found = routes.find(request.url!);
    return found && routes.admits(request) ? found : undefined;
  };

  const send = (
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    { status, headers, body }: FastAnswer,
    began: number,
    id: string,
  ) => {
    if (response.destroyed) return;
    heads.write(response, status, id, headers, body && body.length);
    response.end(body);
    log.answered({ id, method: 'GET', route, path: request.url!, status, ms: performance.now() - began });
  };

  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const found = find(request);
    if (!found) return pass(request, response);
    const began = performance.now();
    const id = correlation.accept(request.headers['x-correlation-id']);
    const reply = (answer: FastAnswer): void => send(request, response, found.route, answer, began, id);
    const answer = found.answer(request);
    if (!(answer instanceof Promise)) return reply(answer);
    answer.then(reply, (error: unknown) => reply(surroundings.problem(error, id)));
  });
}
