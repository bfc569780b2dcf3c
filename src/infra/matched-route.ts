import type { FastifyRequest } from 'fastify';

type Routed = Pick<FastifyRequest, 'is404' | 'routeOptions'>;

/**
 * The pattern of the route that serves a request, such as `/api/products/:id`; undefined: there is none. Whatever holds
 * for a request is decided by it, never by the URL: one route has many, such as `/%61pi/products`, `http://host/api/…`.
 */
export function matchedRoute({ is404, routeOptions }: Routed): string | undefined {
  return is404 ? undefined : routeOptions.url;
}

/** Whether a route of the API serves the request; access, idempotency keys and checks of queries are for these. */
export function isApiRoute(request: Routed): boolean {
  return matchedRoute(request)?.startsWith('/api/') === true;
}
