import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';

/** The route that serves a request, as far as the product asks for it. */
export interface MatchedRoute {
  /** Its pattern, such as `/api/products/:id`; undefined: there is none. */
  url: string | undefined;
  /** What `routeConfig` says of it. */
  config: FastifyContextConfig;
  /** Whether it is one of the API; access, idempotency keys and checks of queries are for these. */
  isOfApi: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** For `routeOf` alone. */
    matchedRoute: MatchedRoute | null;
  }
}

/** So that all requests have one shape. */
export function declareMatchedRoute(server: FastifyInstance): void {
  server.decorateRequest('matchedRoute', null);
}

/**
 * The route that serves a request. Whatever holds for a request is decided by it, never by the URL: one route has many,
 * such as `/%61pi/products`, `http://host/api/…`. Fastify makes `routeOptions` anew each time it is asked for, and some
 * ten of us ask, so it is looked at once; a request that a handler has given back as not found has no route any more.
 */
export function routeOf(request: FastifyRequest): MatchedRoute {
  const known = request.matchedRoute;
  if (known && (known.url === undefined) === request.is404) return known;
  const { url, config } = request.routeOptions;
  return (request.matchedRoute = { url, config, isOfApi: url?.startsWith('/api/') === true });
}

export const matchedRoute = (request: FastifyRequest): string | undefined => routeOf(request).url;

export const isApiRoute = (request: FastifyRequest): boolean => routeOf(request).isOfApi;
